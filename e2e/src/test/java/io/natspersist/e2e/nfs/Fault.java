// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.nfs;

/** What happens to a worker's machine. */
enum Fault {
    /** It loses the volume; the coordinator sees that nothing is forced there any more, and tells the worker. */
    VOLUME_CUT("volume cut"),
    /** It loses the volume and NATS: nobody can tell the worker anything until both are back. */
    BOTH_CUT("volume and NATS cut"),
    /** It loses the volume, and the process stands still until its successor serves: it wakes with requests to answer. */
    CUT_AND_PAUSED("volume cut, process paused"),
    /**
     * It loses the volume and NATS, and when both are back the coordinator says nothing and whatever it said meanwhile is gone:
     * that it was taken over, the worker can only learn from the volume.
     */
    CUT_AND_NOT_TOLD("volume and NATS cut, not told"),
    /** It is switched off. */
    POWER_CUT("power cut");

    final String text;

    Fault(String text) {
        this.text = text;
    }

    void strike(Rig rig, GuestWorker worker) {
        switch (this) {
            case VOLUME_CUT -> rig.cut(worker.client(), "nfs");
            case BOTH_CUT, CUT_AND_NOT_TOLD -> rig.cut(worker.client(), "both");
            case CUT_AND_PAUSED -> {
                rig.cut(worker.client(), "nfs");
                worker.pause();
            }
            case POWER_CUT -> rig.kill(worker.client());
        }
    }

    void end(Rig rig, GuestWorker worker) {
        switch (this) {
            case VOLUME_CUT, BOTH_CUT, CUT_AND_NOT_TOLD -> rig.heal(worker.client());
            case CUT_AND_PAUSED -> {
                rig.heal(worker.client());
                worker.goOn();
            }
            case POWER_CUT -> {
                worker.forget();
                rig.boot(worker.client());
            }
        }
    }
}
