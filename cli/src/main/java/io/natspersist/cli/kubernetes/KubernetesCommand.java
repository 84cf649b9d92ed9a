// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.FailureReport;
import io.natspersist.cli.terminal.Terminal;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command on a namespace: opens it, does its work, ends with a documented exit code. */
abstract class KubernetesCommand implements Callable<Integer> {

    @Mixin
    private KubernetesOptions kubernetes = new KubernetesOptions();

    private final Terminal terminal;

    KubernetesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    abstract ExitCode run(Namespace namespace) throws IOException, InterruptedException;

    /** Whether output and errors are for programs. */
    boolean json() {
        return false;
    }

    @Override
    public final Integer call() {
        try (Namespace namespace = kubernetes.open()) {
            return call(namespace);
        } catch (RuntimeException e) {
            return report(e);
        } finally {
            terminal.out().flush();
        }
    }

    private int call(Namespace namespace) {
        try {
            return run(namespace).number();
        } catch (RuntimeException | IOException e) {
            return report(ApiFailure.said(e, namespace.server()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return report(e);
        }
    }

    private int report(Throwable failure) {
        FailureReport report = FailureReport.of(failure, "");
        terminal.err().println(report.line(json()));
        return report.exitCode().number();
    }

    final Terminal terminal() {
        return terminal;
    }
}
