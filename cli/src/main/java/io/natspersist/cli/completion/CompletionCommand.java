// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.completion;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "completion", description = "Print a script by which a shell completes this command's words and options.", footer = {
        "", "Examples:", "  persist completion bash > /etc/bash_completion.d/persist",
        "  source <(persist completion bash)",
        "  persist completion zsh > ~/.persist-completion && echo 'source ~/.persist-completion' >> ~/.zshrc"})
public final class CompletionCommand implements Callable<Integer> {

    /** Shells that are known. */
    enum Shell {
        BASH, ZSH
    }

    @Parameters(index = "0", paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    private Shell shell = Shell.BASH;

    @Spec
    private @Nullable CommandSpec spec;

    private final Terminal terminal;

    public CompletionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        if (shell == Shell.ZSH) {
            terminal.out().println("autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit");
        }
        terminal.out().println(AutoComplete.bash("persist", spec.root().commandLine()));
        terminal.out().flush();
        return ExitCode.OK.number();
    }
}
