// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.terminal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.natspersist.client.PersistException;
import io.natspersist.protocol.ErrorCode;

/** What is said when a command fails: a code for programs, a line for people, an exit code for scripts. */
public record FailureReport(String code, String message, ExitCode exitCode) {

    /** @param server named where it cannot be reached */
    public static FailureReport of(Throwable failure, String server) {
        return switch (failure) {
            case Failure own ->
                new FailureReport(own.exitCode().name(), String.valueOf(own.getMessage()), own.exitCode());
            case PersistException service -> ofService(service, server);
            case IllegalArgumentException bad ->
                new FailureReport(ExitCode.USAGE.name(), String.valueOf(bad.getMessage()),
                        ExitCode.USAGE);
            default -> new FailureReport(ExitCode.FAILED.name(), failure.toString(), ExitCode.FAILED);
        };
    }

    private static FailureReport ofService(PersistException e, String server) {
        String message = String.valueOf(e.getMessage());
        if (e.code().equals(PersistException.DEADLINE)) {
            String doubt = e.noSideEffects() ? "" : "; it may have been carried out all the same";
            return new FailureReport(e.code(),
                    "no answer in time (is a cluster of that name served at " + server + "?): "
                            + message + doubt,
                    ExitCode.UNREACHABLE);
        }
        return new FailureReport(e.code(), message, exitCodeOf(e));
    }

    private static ExitCode exitCodeOf(PersistException e) {
        if (e.is(ErrorCode.NOT_FOUND)) {
            return ExitCode.NOT_FOUND;
        }
        if (e.is(ErrorCode.WRONG_KEY_SEQ) || e.is(ErrorCode.WRONG_LAST_SEQ)) {
            return ExitCode.CONFLICT;
        }
        if (e.is(ErrorCode.BAD_NAME) || e.is(ErrorCode.BAD_REQUEST)) {
            return ExitCode.USAGE;
        }
        return e.retryable() ? ExitCode.UNREACHABLE : ExitCode.FAILED;
    }

    /** One line, for standard error. */
    public String line(boolean json) {
        if (!json) {
            return "persist: " + message;
        }
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        return node.put("error", code).put("message", message).toString();
    }
}
