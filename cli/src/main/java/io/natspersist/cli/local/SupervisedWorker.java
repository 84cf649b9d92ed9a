// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import io.natspersist.worker.WorkerMain;
import java.io.IOException;

/** A worker that ends when its supervisor is gone: standard input is a pipe from it. */
final class SupervisedWorker {

    private SupervisedWorker() {}

    public static void main(String[] args) throws Exception {
        Thread.ofPlatform().daemon().name("supervisor-watch").start(SupervisedWorker::endWithSupervisor);
        WorkerMain.main(args);
    }

    private static void endWithSupervisor() {
        try {
            while (System.in.read() >= 0) {
                // nothing is ever sent
            }
        } catch (IOException e) {
            // the same as its end
        }
        System.exit(1);
    }
}
