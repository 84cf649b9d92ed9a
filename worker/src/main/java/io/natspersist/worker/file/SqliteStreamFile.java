// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.cold.ColdTier;
import io.natspersist.worker.file.StreamFileException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A stream's file in SQLite. Each batch is a transaction.
 *
 * <p>The first error is final: who has lost his lock may read anything, and a second force would succeed.
 */
final class SqliteStreamFile implements StreamFile {
    private final Holding holding;
    private final Database database;
    private final Suspicions suspicions;
    private final Meta meta;
    private final MessageRows messages;
    private final ChangeLog log;
    private final MessageIds ids;
    private final UploadRows uploads;
    private final Path scratch;
    private State state;
    private boolean usable = true;
    private boolean letGo;

    SqliteStreamFile(Holding holding, Database database, Meta meta, StreamFileLimits limits, Suspicions suspicions,
            Path scratch)
            throws SQLException {
        this.holding = holding;
        this.database = database;
        this.suspicions = suspicions;
        this.scratch = scratch;
        this.meta = meta;
        this.messages = new MessageRows(database);
        this.log = new ChangeLog(database, meta, limits);
        this.ids = new MessageIds(database, meta, limits.idMillis());
        this.uploads = new UploadRows(database);
        this.state = meta.state();
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public void apply(List<Change> changes) {
        if (changes.isEmpty()) {
            return;
        }
        checkOrder(changes);
        perform(() -> {
            database.begin();
            for (Change change : changes) {
                meta.decidedBy(change.epoch(), change.number());
                apply(change);
                meta.change = change.number();
                meta.destroyed = change instanceof Change.Destroy;
            }
            ids.putSets();
            log.trim();
            ids.prune(changes.getLast().decidedAt());
            State next = meta.write();
            database.commit();
            state = next;
            holding.committed(database);
        });
    }

    private void checkOrder(List<Change> changes) {
        long expected = state.change() + 1;
        long epoch = state.epochs().isEmpty() ? 0 : state.epochs().getLast().epoch();
        for (Change change : changes) {
            if (change.number() != expected || change.epoch() < epoch) {
                throw new IllegalArgumentException("change " + change.number() + " of epoch " + change.epoch()
                        + " where change " + expected + " of epoch " + epoch + " or later must follow");
            }
            expected++;
            epoch = change.epoch();
        }
    }

    private void apply(Change change) throws SQLException {
        if (!(change instanceof Change.Set)) {
            ids.putSets();
        }
        switch (change) {
            case Change.Set set -> apply(set);
            case Change.Delete delete -> {
                for (long seq : delete.seqs()) {
                    remove(seq);
                }
                log.add(delete);
                ids.remember(delete.msgId(), delete, 0);
            }
            case Change.DeleteAll all -> {
                Counted gone = messages.count(all.upToSeq());
                log.keepUpTo(all.upToSeq());
                messages.removeUpTo(all.upToSeq());
                uploads.dropUpTo(all.upToSeq());
                meta.messagesRemoved(gone.messages(), gone.bytes());
                log.add(all);
                ids.remember(all.msgId(), all, 0);
            }
            case Change.Destroy destroy -> {
                messages.removeAll();
                uploads.dropUpTo(Long.MAX_VALUE);
                meta.allRemoved();
                log.beginAnew(destroy);
                ids.remember(destroy.msgId(), destroy, 0);
            }
            case Change.Config config -> {
                meta.config = config.config();
                log.add(config);
                ids.remember(config.msgId(), config, 0);
            }
        }
    }

    private void apply(Change.Set set) throws SQLException {
        if (set.seq() <= meta.lastSeq) {
            remove(set.seq());
        }
        if (set.key() != null) {
            Optional<Long> sameKey = messages.seqOf(set.key());
            if (sameKey.isPresent()) {
                remove(sameKey.get());
            }
        }
        long size = set.messageBytes();
        messages.add(set, size);
        meta.messageAdded(set.seq(), set.time(), size);
        if (set.large() != null) {
            uploads.use(set.large(), set.seq(), set.decidedAt());
        }
        ids.rememberSet(set);
    }

    private void remove(long seq) throws SQLException {
        Optional<MessageRows.Stored> stored = messages.stored(seq);
        if (stored.isPresent()) {
            ids.beforeRemovalFrom(stored.get().change());
            log.keep(seq, stored.get());
            messages.remove(seq);
            meta.messageRemoved(seq, stored.get().size());
            if (stored.get().large() != null) {
                uploads.drop(stored.get().large());
            }
        }
    }

    @Override
    public void sync() {
        perform(holding::force);
    }

    @Override
    public Optional<Message> get(long seq) {
        return use(() -> messages.get(seq));
    }

    @Override
    public Optional<Message> get(String key) {
        return use(() -> messages.get(key));
    }

    @Override
    public Optional<Message> last() {
        return use(messages::last);
    }

    @Override
    public Optional<Message> firstSince(long time) {
        return use(() -> messages.firstSince(time));
    }

    @Override
    public Optional<Message> ofMsgId(String msgId, long since) {
        return use(() -> {
            Optional<Remembered> recent = ids.get(msgId, 0);
            Optional<Message> found = recent.isPresent() ? messages.get(recent.get().seq()) : Optional.empty();
            return found.filter(m -> msgId.equals(m.msgId()) && m.time() >= since).isPresent()
                    ? found
                    : messages.ofMsgId(msgId, since);
        });
    }

    @Override
    public Slice read(Range range, int limit, long maxBytes) {
        return use(() -> messages.read(range, limit, maxBytes));
    }

    @Override
    public long nthNewest(Range range, long n) {
        return use(() -> messages.nthNewest(range, n));
    }

    @Override
    public Counted count(long upToSeq) {
        return use(() -> messages.count(upToSeq));
    }

    @Override
    public Evictable evictable(long maxMessages, long maxBytes, long oldest) {
        return use(() -> messages.evictable(state.messages(), state.bytes(), maxMessages, maxBytes, oldest));
    }

    @Override
    public List<Expiring> expiring(int limit) {
        return use(() -> messages.expiring(limit));
    }

    @Override
    public List<KeySeq> keys(@Nullable String afterKey, int limit) {
        return use(() -> messages.keys(afterKey, limit));
    }

    @Override
    public Optional<Remembered> remembered(String msgId, long since) {
        return use(() -> ids.get(msgId, since));
    }

    @Override
    public List<String> rememberedIds(long since) {
        return use(() -> ids.since(since));
    }

    @Override
    public Optional<List<Change>> changesAfter(long after, int limit, long maxBytes) {
        return use(() -> log.after(after, limit, maxBytes));
    }

    @Override
    public Staged stage(String upload, int part, byte[] data, int crc32c, long now) {
        return transaction(() -> uploads.stage(upload, part, data, crc32c, now));
    }

    @Override
    public Uploaded upload(String upload, long now) {
        return use(() -> uploads.upload(upload, now));
    }

    @Override
    public Optional<Part> part(String upload, int part) {
        return use(() -> uploads.part(upload, part));
    }

    @Override
    public long oldestUnused() {
        return use(uploads::oldestUnused);
    }

    @Override
    public void clean(long unusedSince, Set<String> keep, long maxBytes) {
        transaction(() -> {
            uploads.clean(unusedSince, keep, maxBytes);
            return true;
        });
    }

    private <T> T transaction(Work<T> work) {
        return use(() -> {
            database.begin();
            T result = work.run();
            database.commit();
            holding.committed(database);
            return result;
        });
    }

    @Override
    public ColdTier.Snapshot snapshot(long now) {
        return use(() -> FileSnapshot.of(database, state, now, scratch));
    }

    @Override
    public Tombstone tombstone() {
        return use(() -> new Tombstone(state.epochs(), state.change(), state.lastSeq(), log.lastDecided(), ids.all()));
    }

    @Override
    public void close() {
        perform(() -> {
            holding.close(database);
            usable = false;
            letGo = true;
        });
    }

    @Override
    public void abandon() {
        usable = false;
        if (!letGo) {
            letGo = true;
            holding.abandon(database);
        }
    }

    /** A verb's work. */
    private interface Work<T> {
        T run() throws SQLException, IOException;
    }

    /** The same without a result. */
    private interface Step {
        void run() throws SQLException, IOException;
    }

    private void perform(Step step) {
        use(() -> {
            step.run();
            return true;
        });
    }

    private <T> T use(Work<T> work) {
        if (!usable) {
            throw new StreamFileException(Kind.UNAVAILABLE, stream(), "the file is closed, or failed before", null);
        }
        usable = false;
        try {
            T result = work.run();
            usable = !letGo;
            return result;
        } catch (SQLException | BadMessage e) {
            throw new StreamFileException(isDamage(e) && stillLocked() ? suspect() : Kind.UNAVAILABLE, stream(),
                    String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new StreamFileException(Kind.UNAVAILABLE, stream(), e.toString(), e);
        }
    }

    /** Whether an error says that the file is damaged. It may say so as well because the lock was lost, or after an I/O error. */
    static boolean isDamage(Exception e) {
        if (e instanceof SQLiteException sqlite) {
            int primary = sqlite.getResultCode().code & 0xff;
            return primary == SQLiteErrorCode.SQLITE_CORRUPT.code || primary == SQLiteErrorCode.SQLITE_NOTADB.code;
        }
        return e instanceof Damaged || e instanceof BadMessage;
    }

    private boolean stillLocked() {
        try {
            holding.force();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Kind suspect() {
        suspicions.add(stream());
        return Kind.CORRUPT;
    }

    private StreamName stream() {
        return holding.stream();
    }
}
