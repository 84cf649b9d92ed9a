// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Copy;
import io.natspersist.worker.cold.ObjectStoreException;
import io.natspersist.worker.file.ScratchFile;
import io.natspersist.worker.file.StreamFile;
import io.natspersist.worker.file.StreamFileException;
import io.natspersist.worker.file.StreamVolume;
import io.natspersist.worker.stream.PastVersion.Brought;
import io.natspersist.worker.stream.Result.Refused;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What streams were: the versions that the cold tier keeps of them, read from files near this process, of which there are few at a
 * time. The stream itself is neither opened nor brought back for it. Confined to the worker's loop.
 */
final class Versions {

    private static final Logger LOG = LoggerFactory.getLogger(Versions.class);

    /** How many are here, or on their way, at a time. */
    static final int MOST = 4;
    /** What those may take together; a larger one must be the only one. */
    static final long MOST_BYTES = 1L << 30;
    /** How long one stays that nobody reads. */
    private static final long IDLE_NANOS = 60_000_000_000L;
    /** Whoever reads page after page is not to wait for the same version again and again. */
    private static final long IN_USE_NANOS = 5_000_000_000L;
    /** Nobody waits longer for an answer. */
    private static final long MOST_WAITING_MILLIS = 5_000;
    private static final Refused SLOW = new Refused(ErrorCode.COLD_UNAVAILABLE,
            "the version is still on its way from the cold tier", Restoring.RETRY_MILLIS);
    private static final Refused FULL = new Refused(ErrorCode.OVERLOADED,
            "as many versions of streams are read here as there is room for", Restoring.RETRY_MILLIS);

    private final Tier tier;
    private final Tiering tiering;
    private final StreamHost host;
    private final StreamVolume volume;
    /** The longest unused first. */
    private final Map<PastVersion.Id, PastVersion> here = new LinkedHashMap<>(16, 0.75f, true);
    private final ArrayDeque<PastVersion> toBring = new ArrayDeque<>();
    private int bringing;

    Versions(Tier tier, Tiering tiering, StreamHost host, StreamVolume volume) {
        this.tier = tier;
        this.tiering = tiering;
        this.host = host;
        this.volume = volume;
    }

    /** Tells which versions there are. */
    void list(StreamName stream, int slot, Consumer<Result> answer) {
        Consumer<Result> soon = soon(answer);
        tiering.look(stream, slot, "the versions of " + stream + " cannot be told",
                () -> tier.copies().versions(stream, slot),
                copies -> soon.accept(new Result.Versions(copies.reversed())), e -> soon.accept(refusal(e)));
    }

    /** Reads from one of them. */
    void read(StreamName stream, int slot, Operation.OfVersion op, Consumer<Result> answer) {
        PastVersion.Id id = new PastVersion.Id(stream, slot, op.at());
        PastVersion version = here.get(id);
        if (version == null) {
            if (here.size() >= MOST && !dropUnused()) {
                answer.accept(FULL);
                return;
            }
            version = new PastVersion(id);
            here.put(id, version);
            toBring.add(version);
        }
        version.add(op.read(), version.brought() == null ? soon(answer) : answer, host.loop().nanos());
        readNext(version);
        bringNext();
    }

    /** How many are here, or on their way. */
    int count() {
        return here.size();
    }

    /** To be called now and then. */
    void tick(long now) {
        here.values().stream().filter(version -> version.isUnusedSince(now - IDLE_NANOS)).toList().forEach(this::drop);
    }

    /** The answer, or that it takes long, whichever comes first. */
    private Consumer<Result> soon(Consumer<Result> answer) {
        boolean[] told = new boolean[1];
        Consumer<Result> once = result -> {
            if (!told[0]) {
                told[0] = true;
                answer.accept(result);
            }
        };
        host.loop().after(MOST_WAITING_MILLIS, () -> once.accept(SLOW));
        return once;
    }

    // ---- bringing

    private void bringNext() {
        int most = Math.max(1, tier.config().threads() / 4); // the others archive, and bring streams back
        while (bringing < most && !toBring.isEmpty()) {
            bringing++;
            find(toBring.remove());
        }
    }

    private void find(PastVersion version) {
        PastVersion.Id id = version.id();
        look(id, () -> tier.copies().versions(id.stream(), id.slot()), copies -> {
            Copy copy = copies.reversed().stream().filter(each -> each.at() == id.at()).findFirst().orElse(null);
            if (copy == null) {
                failed(version, new Refused(ErrorCode.NOT_FOUND,
                        "no version of " + Instant.ofEpochMilli(id.at()) + " is kept of " + id.stream()));
            } else if (!makeRoom(copy.bytes())) {
                failed(version, FULL);
            } else {
                version.takes(copy.bytes());
                bring(version, copy);
            }
        }, e -> failed(version, refusal(e)));
    }

    private void bring(PastVersion version, Copy copy) {
        look(version.id(), () -> bring(version.id(), copy), brought -> {
            version.brought(brought, host.loop().nanos());
            bringing--;
            readNext(version);
            bringNext();
        }, e -> failed(version, refusal(e)));
    }

    /** Off the loop. */
    private Brought bring(PastVersion.Id id, Copy copy) {
        ScratchFile scratch = volume.scratch(id.stream());
        boolean isWhole = false;
        try {
            tier.copies().restore(id.stream(), id.slot(), copy, scratch);
            StreamFile file = scratch.opened();
            if (file.state().change() != copy.change()) {
                throw new StreamFileException(StreamFileException.Kind.CORRUPT, id.stream(),
                        "its copy holds change " + file.state().change() + " and not " + copy.change(), null);
            }
            isWhole = true;
            return new Brought(copy, scratch, file);
        } finally {
            if (!isWhole) {
                scratch.close();
            }
        }
    }

    private <T> void look(PastVersion.Id id, Supplier<T> question, Consumer<T> then,
            Consumer<RuntimeException> failed) {
        tiering.look(id.stream(), id.slot(),
                "the version of " + Instant.ofEpochMilli(id.at()) + " of " + id.stream() + " cannot be brought",
                question, then, failed);
    }

    private void failed(PastVersion version, Refused why) {
        here.remove(version.id(), version);
        bringing--;
        version.refuse(why);
        bringNext();
    }

    private static Refused refusal(RuntimeException e) {
        String why = String.valueOf(e.getMessage());
        return switch (e) {
            case ObjectStoreException store when store.kind() == ObjectStoreException.Kind.DAMAGED -> damaged(why);
            case StreamFileException file when file.kind() == StreamFileException.Kind.CORRUPT -> damaged(why);
            case StreamFileException file -> new Refused(ErrorCode.STORAGE_UNAVAILABLE, why, Restoring.RETRY_MILLIS);
            default -> new Refused(ErrorCode.COLD_UNAVAILABLE, why, Restoring.RETRY_MILLIS);
        };
    }

    private static Refused damaged(String why) {
        return new Refused(ErrorCode.VERSION_DAMAGED, "the version is damaged, choose another: " + why);
    }

    // ---- reading

    private void readNext(PastVersion version) {
        Brought brought = version.brought();
        PastVersion.Waiting next = brought == null ? null : version.next();
        if (brought == null || next == null) {
            return;
        }
        PastReads reads = new PastReads(version.id().stream(), brought.file(), brought.copy().epoch(),
                host.maxAnswerBytes());
        host.fileThreads().execute(() -> {
            Result result;
            RuntimeException fault;
            try {
                result = reads.of(next.read());
                fault = null;
            } catch (StreamFileException e) {
                result = refusal(e);
                fault = e;
            }
            Result answer = result;
            RuntimeException why = fault;
            host.loop().execute(() -> {
                version.done(host.loop().nanos());
                next.answer().accept(answer);
                if (why == null) {
                    readNext(version);
                } else {
                    version.refuse(refusal(why));
                    drop(version);
                }
            });
        });
    }

    // ---- room

    private boolean makeRoom(long more) {
        while (bytes() > 0 && bytes() + more > MOST_BYTES) {
            if (!dropUnused()) {
                return false;
            }
        }
        return true;
    }

    private long bytes() {
        return here.values().stream().mapToLong(PastVersion::bytes).sum();
    }

    private boolean dropUnused() {
        long since = host.loop().nanos() - IN_USE_NANOS;
        PastVersion unused = here.values().stream().filter(version -> version.isUnusedSince(since)).findFirst()
                .orElse(null);
        if (unused != null) {
            drop(unused);
        }
        return unused != null;
    }

    private void drop(PastVersion version) {
        here.remove(version.id(), version);
        Brought brought = version.brought();
        if (brought != null) {
            host.fileThreads().execute(() -> close(brought.scratch()));
        }
    }

    private static void close(ScratchFile scratch) {
        try {
            scratch.close();
        } catch (StreamFileException e) {
            LOG.warn("what was brought of {} is still there: {}", e.stream(), e.why());
        }
    }
}
