// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import java.net.HttpURLConnection;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;

/** What an API server's refusal, or its silence, means to the user of a command. */
final class ApiFailure {

    private ApiFailure() {}

    /** The failure as it is told; itself, where it is none of the API server's. */
    static Exception said(Exception failure, String server) {
        return failure instanceof KubernetesClientException refused ? said(refused, server) : failure;
    }

    private static Failure said(KubernetesClientException refused, String server) {
        String message = message(refused);
        if (refused.getStatus() == null) {
            return new Failure(ExitCode.UNREACHABLE,
                    "no Kubernetes API server answers at " + server + ": " + message, refused);
        }
        return switch (refused.getCode()) {
            case HttpURLConnection.HTTP_UNAUTHORIZED -> new Failure(ExitCode.FAILED,
                    "the API server does not know who is asking: " + message, refused);
            case HttpURLConnection.HTTP_NOT_FOUND -> new Failure(ExitCode.NOT_FOUND, message, refused);
            default -> new Failure(ExitCode.FAILED, message, refused);
        };
    }

    /** The server's own words where it said any, else what kept it from that. */
    static String message(KubernetesClientException refused) {
        if (refused.getStatus() != null && refused.getStatus().getMessage() != null) {
            return refused.getStatus().getMessage();
        }
        Throwable deepest = refused;
        for (Throwable cause = refused.getCause(); cause != null; cause = cause.getCause()) {
            deepest = cause;
        }
        return switch (deepest) {
            case ClosedChannelException closed -> "nobody listens there";
            case UnresolvedAddressException unknown -> "nobody knows that name";
            default -> deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
        };
    }
}
