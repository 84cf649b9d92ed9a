// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.Cause;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.SetMany;
import io.natspersist.protocol.SetResults;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.WireChange;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.worker.ExpectedAnswers.Answer;
import io.natspersist.worker.ExpectedLimits.Earlier;
import io.natspersist.worker.ExpectedLimits.Span;
import io.natspersist.worker.ExpectedLimits.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a stream that is sent {@link FuzzedRequest}s must hold and answer: told of each well-formed one, in order, with what
 * it was answered, and of what watchers were told. From these it takes when something came and when messages went by
 * themselves, and looks whether that may have been so.
 */
final class ExpectedStream {

    /** What no answer says: nothing was sent that could be answered. */
    private static final @Nullable String UNKNOWN = null;
    private static final String NO_ERROR = "";
    /** How long a stream may be beyond a limit that lets its first messages go, ms. */
    private static final long EVICTED_WITHIN = 1_000;
    /** What was too old is asked of the file first; by the time it goes another may be, ms. */
    private static final long ASKED_BEFORE = 500;
    private static final Set<String> READS = Set.of("get", "getAll", "getPart", "keys", "info", "flush", "resume");

    /**
     * @param time ms since the epoch; -1: not known
     * @param expires ms since the epoch; 0: never
     * @param large the parts of a large value; null: it is none
     */
    record Stored(@Nullable String key, @Nullable String msgId, long time, long expires, Headers headers,
            byte @Nullable [] value, long bytes, long change, @Nullable List<byte[]> large) {}

    private record First(long seq, long change) {}

    final TreeMap<Long, Stored> messages = new TreeMap<>();
    private final Map<String, First> ids = new HashMap<>();
    private final ExpectedUploads uploads;
    private final ExpectedLimits limits;
    /** What watchers were told of changes that are still to come here. */
    private final NavigableMap<Long, WireChange> told;
    private boolean exists;
    /** A value came to be whose parts are not known. */
    private boolean uncertain;
    private boolean mayExpire;
    private long overSince;
    /** All that went by itself before is known, ms since the epoch. */
    private long caughtUpAt;
    long lastSeq;
    long change;
    private long likelyLastSeq;
    private long settledChange;
    private Span now = new Span(0, 0);

    ExpectedStream() {
        limits = new ExpectedLimits();
        uploads = new ExpectedUploads();
        told = new TreeMap<>();
    }

    /** To try something out. */
    private ExpectedStream(ExpectedStream other) {
        messages.putAll(other.messages);
        ids.putAll(other.ids);
        uploads = new ExpectedUploads(other.uploads);
        limits = new ExpectedLimits(other.limits);
        told = other.told;
        exists = other.exists;
        mayExpire = other.mayExpire;
        lastSeq = other.lastSeq;
        change = other.change;
        now = other.now;
        caughtUpAt = other.caughtUpAt;
    }

    /** Whether list must name it. */
    boolean exists() {
        return exists;
    }

    boolean isUncertain() {
        return uncertain;
    }

    /** Whether messages may go by themselves. */
    boolean hasLimits() {
        return mayExpire || !limits.config().equals(StreamConfig.NONE);
    }

    StreamConfig config() {
        return limits.config();
    }

    // ---- what is likely, for those who make up requests

    /** With what was announced since. */
    long likelyLastSeq() {
        return Math.max(lastSeq, likelyLastSeq);
    }

    void announce(FuzzedRequest request) {
        if (request.op().equals("set")) {
            long seq = request.asItem().seq();
            likelyLastSeq = Math.max(likelyLastSeq(),
                    seq > 0 ? seq : Math.min(likelyLastSeq(), Long.MAX_VALUE - 1) + 1);
        }
    }

    /** A message with a large value: its seq, its change, and how many parts it has. */
    record Large(long seq, long change, int parts) {}

    @Nullable
    Large firstLarge() {
        return messages.entrySet().stream().filter(m -> m.getValue().large != null).findFirst()
                .map(m -> new Large(m.getKey(), m.getValue().change, m.getValue().large.size())).orElse(null);
    }

    // ---- requests, and what goes by itself

    /** A watcher was told of a change. */
    void told(WireChange notice) {
        WireChange before = notice.number() <= change ? null : told.put(notice.number(), notice);
        if (before != null && !before.equals(notice)) {
            throw new AssertionError("told of " + before + " and of " + notice);
        }
    }

    void workerDied() {
        limits.workerDied();
    }

    /**
     * Performs a well-formed request.
     *
     * @param answer null: nobody was answered
     * @param epochs the highest so far
     */
    Answer perform(FuzzedRequest request, @Nullable Message answer, Span when, long epochs) {
        if (uncertain) {
            return any -> {};
        } else if (request.op().equals("part") && !request.isAsSummed()) {
            return ExpectedAnswers.oneOf(Set.of("BAD_CHECKSUM"));
        }
        now = when;
        while (isOverdue() && goesByItself()) {
            // one after the other
        }
        if (isOverdue()) {
            throw new AssertionError("something did not go by itself: over since " + overSince + ", now " + now + ", "
                    + messages + ", " + limits.config());
        }
        if (READS.contains(request.op()) || request.op().equals("config") && request.payload().length == 0) {
            return unlessChanged(new ExpectedReads(this).perform(request, epochs));
        }
        while (isByItself(told.get(change + 1)) && !wasBeforeThat(request, answer)) {
            goesByItself();
        }
        Answer expected = write(request, answer);
        forgetOver();
        return uncertain ? any -> {} : expected;
    }

    /** Whether a write, which changed nothing then, came before what went by itself. */
    private boolean wasBeforeThat(FuzzedRequest request, @Nullable Message answer) {
        try {
            Answer expected = new ExpectedStream(this).write(request, answer);
            if (answer != null) {
                expected.check(answer);
                return true;
            }
        } catch (AssertionError e) {
            return false;
        }
        ExpectedStream later = new ExpectedStream(this);
        try {
            later.goesByItself();
            long then = later.change;
            later.write(request, null);
            return later.change == then;
        } catch (AssertionError e) {
            return true;
        }
    }

    /** Nothing more comes for now: what was told has come to pass. */
    void catchUp(Span when) {
        now = when;
        while (!uncertain && goesByItself()) {
            // one after the other
        }
        if (!uncertain && !told.tailMap(change, false).isEmpty()) {
            throw new AssertionError("after change " + change + " nobody asked for " + told.tailMap(change, false));
        }
        told.clear();
        caughtUpAt = now.to();
    }

    /** What comes next comes later. */
    void timePassed() {
        settledChange = change;
        likelyLastSeq = 0;
        if (hasLimits()) {
            limits.timePassed();
            overSince = !isOver() ? 0 : overSince == 0 ? now.to() : overSince;
        }
    }

    /** Whether it is known, and as it was before the last requests. */
    boolean isQuiet() {
        return !uncertain && settledChange == change;
    }

    private boolean isOver() {
        return !messages.isEmpty()
                && limits.surelyEvicts(messages.size(), bytes(), messages.firstEntry().getValue().time,
                        now);
    }

    /** It may be over its limits again, from later on. */
    private void forgetOver() {
        overSince = overSince != 0 && isOver() ? overSince : 0;
    }

    private boolean isOverdue() {
        return overSince != 0 && now.from() - overSince > EVICTED_WITHIN
                || mayExpire && messages.values().stream().anyMatch(m -> m.expires != 0 && m.expires < now.from());
    }

    private static boolean isByItself(@Nullable WireChange change) {
        return change instanceof WireChange.Delete d && d.cause() == Cause.EXPIRED
                || change instanceof WireChange.DeleteAll a && a.cause() == Cause.EVICTED;
    }

    /** Lets go of what went by itself next; false: nothing did. */
    private boolean goesByItself() {
        WireChange next = told.get(change + 1);
        if (!isByItself(next)) {
            return false;
        }
        if (next instanceof WireChange.Delete expired) {
            expire(expired.seqs());
        } else if (next instanceof WireChange.DeleteAll evicted) {
            evict(evicted.upToSeq());
        }
        change++;
        forgetOver();
        return true;
    }

    private void expire(List<Long> seqs) {
        long last = 0;
        for (long seq : seqs) {
            Stored gone = messages.remove(seq);
            if (gone == null || gone.expires == 0 || gone.expires > now.to()) {
                throw new AssertionError("expired: " + seq + ", which is " + gone + " at " + now);
            }
            last = Math.max(last, gone.expires);
        }
        long latest = last;
        if (seqs.isEmpty() || seqs.size() < 1_000
                && messages.values().stream().anyMatch(m -> m.expires != 0 && m.expires < latest)) {
            throw new AssertionError("expired: " + seqs + ", and not what was due sooner");
        }
    }

    /** No more went than had to. */
    private void evict(long upToSeq) {
        Span then = new Span(Math.min(caughtUpAt, now.from()) - ASKED_BEFORE, now.to());
        long bytes = bytes();
        Map.Entry<Long, Stored> first = messages.firstEntry();
        if (first == null || first.getKey() > upToSeq) {
            throw new AssertionError("evicted: nothing, up to " + upToSeq);
        }
        for (; first != null && first.getKey() <= upToSeq; first = messages.firstEntry()) {
            if (!limits.mayEvict(messages.size(), bytes, first.getValue().time, then)) {
                throw new AssertionError("evicted: " + first + " up to " + upToSeq + ", with " + messages.size()
                        + " messages and " + limits.config() + " at " + then);
            }
            bytes -= first.getValue().bytes;
            messages.remove(first.getKey());
        }
        if (first != null && limits.surelyEvicts(messages.size(), bytes, first.getValue().time, then)) {
            throw new AssertionError("not evicted: " + first + " though up to " + upToSeq + " went, with "
                    + messages.size() + " messages and " + limits.config() + " at " + then);
        }
    }

    long bytes() {
        return messages.values().stream().mapToLong(Stored::bytes).sum();
    }

    /** A read may reflect changes that came while it was under way. */
    Answer unlessChanged(Answer expected) {
        long at = change;
        return answer -> {
            if (change == at) {
                expected.check(answer);
            }
        };
    }

    private Answer write(FuzzedRequest request, @Nullable Message answer) {
        String actual = answer == null
                ? UNKNOWN
                : Objects.requireNonNullElse(answer.headers().first(HeaderNames.ERROR), NO_ERROR);
        return switch (request.op()) {
            case "set" -> set(request, actual);
            case "setMany" -> request.isTrue(HeaderNames.ATOMIC)
                    ? allOrNone(SetMany.decode(request.payload()).items(), answer, actual)
                    : each(SetMany.decode(request.payload()).items(), answer, actual);
            case "part" -> uploads.part(request, !exists && change > 0);
            case "destroy" -> destroy(request);
            case "config" -> configure(request);
            case "delete" -> delete(request);
            case "deleteAll" -> deleteAll(request);
            default -> throw new AssertionError(request);
        };
    }

    // ---- sets

    /** What became of a set: an error's name, or numbers. */
    private record Outcome(@Nullable String error, long seq, long change, boolean duplicate) {
        static Outcome error(String name) {
            return new Outcome(name, 0, 0, false);
        }
    }

    private Answer set(FuzzedRequest request, @Nullable String actual) {
        SetItem item = request.asItem();
        List<byte[]> parts = null;
        First first = ids.get(item.msgId());
        if (first != null) {
            return ExpectedAnswers.fields(Map.of("seq", first.seq, "change", first.change, "duplicate", true));
        }
        Set<String> errors = conditions(item, lastSeq);
        long size = FuzzedRequest.messageBytes(item);
        boolean mayPass = errors.isEmpty();
        if (request.isLarge()) {
            size += Math.min(request.number(HeaderNames.SIZE, 0), Long.MAX_VALUE / 4);
            parts = uploads.whole(request);
            boolean doubtful = uploads.areDoubtful(request);
            if (parts == null || doubtful) {
                errors.add("UPLOAD_INCOMPLETE");
                mayPass &= doubtful;
            }
        }
        Verdict verdict = verdict(item, size, Earlier.NONE, now);
        errors.addAll(verdict.errors());
        mayPass &= verdict.mayPass();
        if (!errors.isEmpty() && !(mayPass && passed(item, actual))) {
            return ExpectedAnswers.oneOf(errors);
        }
        Outcome outcome = store(item, size, parts);
        if (request.isLarge()) {
            uploads.use(request);
            uncertain |= parts == null;
        }
        return ExpectedAnswers.fields(Map.of("seq", outcome.seq, "change", outcome.change));
    }

    /** Of a set that might pass or not. */
    private boolean passed(SetItem item, @Nullable String actual) {
        return actual == UNKNOWN
                ? told.get(change + 1) instanceof WireChange.Set set && isOf(item, seqOf(item, lastSeq), set)
                : actual.equals(NO_ERROR);
    }

    private static boolean isOf(SetItem item, long seq, WireChange.Set set) {
        return set.seq() == seq && Objects.equals(set.key(), item.key()) && Objects.equals(set.msgId(), item.msgId())
                && (item.time() == SetItem.ABSENT || set.time() == item.time()) && set.headers().equals(item.headers())
                && (set.largeSize() > 0 || Arrays.equals(set.value(), item.value()));
    }

    private static long seqOf(SetItem item, long last) {
        return item.seq() > 0 ? item.seq() : last + 1;
    }

    private Verdict verdict(SetItem item, long size, Earlier earlier, Span when) {
        if (limits.config().equals(StreamConfig.NONE)) {
            return new Verdict(Set.of(), true);
        }
        return limits.onSet(size, messages.values(), replacedBy(item).values(), Stored::bytes, earlier, when);
    }

    private Map<Long, Stored> replacedBy(SetItem item) {
        Map<Long, Stored> replaced = new LinkedHashMap<>();
        for (long seq : new long[]{item.seq(), item.key() == null ? 0 : seqOf(item.key())}) {
            if (messages.get(seq) != null) {
                replaced.put(seq, messages.get(seq));
            }
        }
        return replaced;
    }

    /** @param comparedWith the last seq that a condition speaks of */
    private Set<String> conditions(SetItem item, long comparedWith) {
        Set<String> broken = new HashSet<>();
        if (item.expectLastSeq() != SetItem.ABSENT && item.expectLastSeq() != comparedWith) {
            broken.add("WRONG_LAST_SEQ");
        }
        if (item.expectSeq() != SetItem.ABSENT && item.expectSeq() != seqOf(item.key())) {
            broken.add("WRONG_KEY_SEQ");
        }
        if (item.seq() <= 0 && comparedWith >= Long.MAX_VALUE - 1) {
            broken.add("BAD_REQUEST");
        }
        return broken;
    }

    private Outcome store(SetItem item, long size, @Nullable List<byte[]> large) {
        long seq = seqOf(item, lastSeq);
        WireChange next = told.get(change + 1);
        long time = item.time();
        long expires = 0;
        long lives = item.ttl() != SetItem.ABSENT
                ? item.ttl()
                : Objects.requireNonNullElse(limits.config().ttl(), 0L);
        if (next instanceof WireChange.Set set) {
            checkTold(item, seq, lives, set);
            time = set.time();
            expires = set.expires();
            mayExpire |= expires != 0;
        } else if (next != null || size < 1_000_000) {
            throw new AssertionError("stored at " + seq + ", and told is " + next);
        } else {
            uncertain |= lives > 0; // a notice that is too large does not say
        }
        place(item, seq, new Stored(item.key(), item.msgId(), time, expires, item.headers(),
                large == null ? item.value() : null, size, change + 1, large));
        limits.stored(size, now);
        if (item.msgId() != null) {
            ids.put(item.msgId(), new First(seq, change));
        }
        exists = true;
        return new Outcome(null, seq, change, false);
    }

    private void checkTold(SetItem item, long seq, long lives, WireChange.Set told) {
        boolean timeIsRight = item.time() == SetItem.ABSENT ? now.contains(told.time()) : told.time() == item.time();
        boolean endIsRight = lives == 0
                ? told.expires() == 0
                : lives > Long.MAX_VALUE - now.to()
                        ? told.expires() == Long.MAX_VALUE || now.contains(told.expires() - lives)
                        : now.contains(told.expires() - lives);
        if (!timeIsRight || !endIsRight || !isOf(item, seq, told)) {
            throw new AssertionError(
                    "stored at " + seq + " at " + now + " for " + lives + " ms, and told is " + told + ", " + limits);
        }
    }

    private void place(SetItem item, long seq, Stored message) {
        if (item.key() != null) {
            messages.remove(seqOf(item.key()));
        }
        messages.put(seq, message);
        lastSeq = Math.max(lastSeq, seq);
        change++;
    }

    private Answer each(List<SetItem> items, @Nullable Message answer, @Nullable String actual) {
        List<String> got = results(answer, actual, items.size());
        List<Outcome> outcomes = new ArrayList<>();
        List<Set<String>> expected = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            SetItem item = items.get(i);
            First first = ids.get(item.msgId());
            long size = FuzzedRequest.messageBytes(item);
            Verdict verdict = verdict(item, size, Earlier.NONE, now);
            Set<String> errors = conditions(item, lastSeq);
            boolean mayPass = errors.isEmpty() && verdict.mayPass();
            errors.addAll(verdict.errors());
            if (first != null) {
                outcomes.add(new Outcome(null, first.seq, first.change, true));
                expected.add(Set.of());
            } else if (errors.isEmpty() || mayPass && passed(item, got.get(i))) {
                outcomes.add(store(item, size, null));
                expected.add(Set.of());
            } else {
                outcomes.add(Outcome.error(""));
                expected.add(errors);
            }
        }
        long at = change;
        return results(outcomes, expected, at);
    }

    /** Of each item the error, or that there is none; or that it is not known. */
    private static List<String> results(@Nullable Message answer, @Nullable String actual, int count) {
        if (answer == null || !NO_ERROR.equals(actual)) {
            return Collections.nCopies(count, actual);
        }
        return SetResults.decode(answer.payload()).results().stream()
                .map(r -> r instanceof SetResults.Refused no ? no.code() : NO_ERROR).toList();
    }

    private static Answer results(List<Outcome> outcomes, List<Set<String>> errors, long at) {
        return answer -> {
            ExpectedAnswers.noError(answer);
            SetResults got = SetResults.decode(answer.payload());
            ExpectedAnswers.same(at, got.change(), "change");
            ExpectedAnswers.same(outcomes.size(), got.results().size(), "how many results");
            for (int i = 0; i < outcomes.size(); i++) {
                switch (got.results().get(i)) {
                    case SetResults.Stored s -> ExpectedAnswers.same(outcomes.get(i),
                            new Outcome(null, s.seq(), s.change(), s.duplicate()), "result " + i);
                    case SetResults.Refused r -> ExpectedAnswers.same(true, errors.get(i).contains(r.code()),
                            "result " + i + " is " + r.code() + " of " + errors.get(i));
                }
            }
        };
    }

    private Answer allOrNone(List<SetItem> items, @Nullable Message answer, @Nullable String actual) {
        ExpectedStream then = limits.config().equals(StreamConfig.NONE) ? null : new ExpectedStream(this);
        Earlier earlier = Earlier.NONE;
        long last = lastSeq;
        for (int i = 0; i < items.size(); i++) {
            SetItem item = items.get(i);
            if (ids.containsKey(item.msgId())) {
                continue;
            }
            Set<String> errors = conditions(item, lastSeq);
            if (item.seq() <= 0 && last >= Long.MAX_VALUE - 1) {
                errors.add("BAD_REQUEST");
            }
            boolean mayPass = errors.isEmpty();
            long size = FuzzedRequest.messageBytes(item);
            if (then != null) {
                Verdict verdict = then.verdict(item, size, earlier, now);
                errors.addAll(verdict.errors());
                mayPass &= verdict.mayPass();
            }
            if (!errors.isEmpty() && !(mayPass && allPassed(items, answer, actual, i))) {
                String index = Integer.toString(i);
                return got -> {
                    ExpectedAnswers.oneOf(errors).check(got);
                    ExpectedAnswers.same(index, got.headers().first(HeaderNames.ITEM), "item");
                };
            }
            long seq = seqOf(item, last);
            last = Math.max(last, seq);
            earlier = earlier.and(size);
            if (then != null) {
                then.place(item, seq, new Stored(item.key(), null, 0, 0, Headers.NONE, null, size, 0, null));
            }
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (SetItem item : items) {
            First first = ids.get(item.msgId());
            outcomes.add(first != null
                    ? new Outcome(null, first.seq, first.change, true)
                    : store(item, FuzzedRequest.messageBytes(item), null));
        }
        return results(outcomes, Collections.nCopies(items.size(), Set.of()), change);
    }

    /** Whether an item that might pass or not did, by what the whole was answered. */
    private boolean allPassed(List<SetItem> items, @Nullable Message answer, @Nullable String actual, int index) {
        return answer == null
                ? items.stream().filter(item -> !ids.containsKey(item.msgId())).findFirst()
                        .filter(first -> passed(first, UNKNOWN)).isPresent()
                : !"RATE_LIMITED".equals(actual)
                        || !Integer.toString(index).equals(answer.headers().first(HeaderNames.ITEM));
    }

    // ---- what removes, and configurations

    private Answer destroy(FuzzedRequest request) {
        First first = ids.get(request.text(HeaderNames.MSG_ID));
        if (first != null) {
            return ExpectedAnswers.fields(Map.of("destroyed", true, "change", first.change, "duplicate", true));
        } else if (request.number(HeaderNames.EXPECT_LAST_SEQ, lastSeq) != lastSeq) {
            return ExpectedAnswers.oneOf(Set.of("WRONG_LAST_SEQ"));
        } else if (!exists) {
            return ExpectedAnswers.fields(Map.of("destroyed", false, "deleted", 0L, "change", change));
        }
        long count = messages.size();
        messages.clear();
        uploads.destroyed();
        limits.configure(StreamConfig.NONE);
        changed(request, next -> next instanceof WireChange.Destroy d && d.lastSeq() == lastSeq);
        exists = false;
        return ExpectedAnswers.fields(Map.of("destroyed", true, "deleted", count, "change", change));
    }

    private Answer configure(FuzzedRequest request) {
        First first = ids.get(request.text(HeaderNames.MSG_ID));
        StreamConfig config = StreamConfig.read(request.payload());
        if (first == null && !config.equals(limits.config())) {
            limits.configure(config);
            changed(request, next -> next instanceof WireChange.Config c && c.config().equals(config));
            exists = true;
        }
        StreamConfig set = limits.config();
        Answer fields = ExpectedAnswers.fields(first == null
                ? Map.of("change", change)
                : Map.of("change", first.change, "duplicate", true));
        return answer -> {
            fields.check(answer);
            ExpectedReads.checkConfig(set, answer);
        };
    }

    private Answer delete(FuzzedRequest request) {
        First first = ids.get(request.text(HeaderNames.MSG_ID));
        if (first != null) {
            return ExpectedAnswers.fields(Map.of("deleted", 0L, "change", first.change, "duplicate", true));
        }
        String key = request.text(HeaderNames.KEY);
        long keySeq = key == null ? 0 : seqOf(key);
        if (key != null && request.number(HeaderNames.EXPECT_SEQ, keySeq) != keySeq) {
            return ExpectedAnswers.oneOf(Set.of("WRONG_KEY_SEQ"));
        }
        List<Long> gone = (key == null ? request.seqs() : List.of(keySeq)).stream()
                .filter(seq -> messages.remove(seq) != null).toList();
        return removed(request, gone.size(), next -> next instanceof WireChange.Delete d && d.cause() == Cause.ASKED
                && d.seqs().equals(gone));
    }

    private Answer deleteAll(FuzzedRequest request) {
        First first = ids.get(request.text(HeaderNames.MSG_ID));
        if (first != null) {
            return ExpectedAnswers.fields(Map.of("deleted", 0L, "change", first.change, "duplicate", true));
        }
        long upTo = Math.min(lastSeq, request.number(HeaderNames.END_SEQ, Long.MAX_VALUE));
        Map<Long, Stored> going = messages.headMap(upTo, true);
        long count = going.size();
        going.clear();
        return removed(request, count, next -> next instanceof WireChange.DeleteAll a && a.cause() == Cause.ASKED
                && a.upToSeq() == upTo);
    }

    private Answer removed(FuzzedRequest request, long count, Predicate<WireChange> asTold) {
        if (count > 0) {
            changed(request, asTold);
        }
        return ExpectedAnswers.fields(Map.of("deleted", count, "change", change));
    }

    private void changed(FuzzedRequest request, Predicate<WireChange> asTold) {
        WireChange next = told.get(change + 1);
        if (next == null || !asTold.test(next)) {
            throw new AssertionError("asked was " + request.op() + ", and told is " + next);
        }
        change++;
        String msgId = request.text(HeaderNames.MSG_ID);
        if (msgId != null) {
            ids.put(msgId, new First(0, change));
        }
    }

    long seqOf(String key) {
        return messages.entrySet().stream().filter(m -> key.equals(m.getValue().key)).map(Map.Entry::getKey).findAny()
                .orElse(0L);
    }
}
