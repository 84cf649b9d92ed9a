// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One stream. Every call returns at once; its future completes with the result or with a {@link PersistException}, on the
 * client's event loop: what hangs on it must not block (use the {@code ...Async} forms of the future for that). Safe for
 * use by many threads.
 *
 * <p>
 * Sets to one stream made one after the other are sent, and stored, in that order, without waiting for each other. Only when
 * one has to be repeated (its worker died, moved the stream or was overloaded) may later ones be stored before it: who must
 * rule that out waits for each set, or names the last sequence number that it expects. A value that does not fit one message
 * is stored when its last part has come.
 */
public final class AsyncStream {

    private static final byte[] EMPTY = new byte[0];

    private final PersistClient client;
    private final StreamName name;
    /** Goes with every read. */
    private final Headers version;

    AsyncStream(PersistClient client, StreamName name) {
        this(client, name, Headers.NONE);
    }

    private AsyncStream(PersistClient client, StreamName name, Headers version) {
        this.client = client;
        this.name = name;
        this.version = version;
    }

    /** Good for nothing but what {@link PastStream} offers. */
    AsyncStream past(StreamVersion which) {
        return new AsyncStream(client, name, Headers.of(HeaderNames.VERSION, Long.toString(which.time())));
    }

    public String name() {
        return name.value();
    }

    /** Appends a message. The bytes are not copied: do not change them. */
    public CompletableFuture<Stored> set(byte @Nullable [] value) {
        return set(SetOptions.NONE, value);
    }

    /**
     * Stores a message.
     *
     * @param value null: a message without a value, which differs from an empty one. Not copied: do not change it. What does
     *        not fit one message goes in parts
     */
    public CompletableFuture<Stored> set(SetOptions options, byte @Nullable [] value) {
        long whole = wholeBytes(options);
        if (value != null && whole >= 0 && value.length > Math.min(partBytes(), whole)) {
            String id = client.nextUploadId();
            return WholeValues.set(this, value, () -> new Upload(this, id), partBytes(),
                    announced -> set(options, announced, EMPTY));
        }
        return set(options, value == null ? Headers.of(HeaderNames.NO_VALUE, "true") : Headers.NONE,
                value == null ? EMPTY : value);
    }

    /**
     * Stores messages one after the other, in few requests. Each is decided by itself, after the one before it: a result for each, in
     * their order. Fails where a request fails as a whole; what the ones before it stored is stored.
     */
    public CompletableFuture<List<SetResult>> setMany(Batch batch) {
        return new BatchCalls(this, client).each(batch);
    }

    /**
     * Stores all messages of a batch or none, whatever dies meanwhile; no read shows some of them without the others. Conditions
     * speak of the stream as it is before. Fails with the error of the first that cannot be stored. At most 1,000 messages, in one
     * request: together they may have about as many bytes as one message. No two may name the same key, seq or message id.
     */
    public CompletableFuture<List<Stored>> setAllOrNone(Batch batch) {
        return new BatchCalls(this, client).allOrNone(batch);
    }

    private int partBytes() {
        return Math.min(client.config().partBytes(), client.maxMessageBytes());
    }

    /** How large a value may be to go with its message. */
    private long wholeBytes(SetOptions options) {
        long[] text = {options.key() == null ? 0 : options.key().length()};
        options.headers().forEach((name, header) -> text[0] += name.length() + header.length());
        return client.maxMessageBytes() - text[0];
    }

    /** Opens the value of the message with this sequence number. */
    CompletableFuture<Optional<ValueReader>> openValue(long seq) {
        return find(HeaderNames.SEQ, Long.toString(seq)).thenApply(this::reader);
    }

    /** Opens the value of the message with this key. */
    CompletableFuture<Optional<ValueReader>> openValue(String key) {
        return find(HeaderNames.KEY, key).thenApply(this::reader);
    }

    CompletableFuture<Optional<ValueReader>> openLast() {
        return find(HeaderNames.LAST, "true").thenApply(this::reader);
    }

    CompletableFuture<Optional<ValueReader>> openFirstAt(long time) {
        return find(HeaderNames.START_TIME, Long.toString(time)).thenApply(this::reader);
    }

    private Optional<ValueReader> reader(Optional<StoredValue> found) {
        return found.map(value -> new ValueReader(client, this, value));
    }

    /** Stores a message whose value is written piece by piece. */
    ValueWriter newValue(SetOptions options) {
        return new ValueWriter(client, new Upload(this, client.nextUploadId()), partBytes(),
                (int) Math.max(0, wholeBytes(options)),
                (upload, whole) -> set(options, upload == null ? Headers.NONE : upload.announcement(), whole));
    }

    CompletableFuture<Void> sendPart(Headers headers, byte[] part) {
        return call(new Call(name, "part", headers, part, Call.Repeat.READ), Function.identity())
                .thenAccept(kept -> {});
    }

    /** One part, from 1, of the large value of a message. */
    CompletableFuture<byte[]> part(StreamMessage of, int part) {
        return read("getPart", Headers.of(HeaderNames.SEQ, Long.toString(of.seq()), HeaderNames.CHANGE,
                Long.toString(of.change()), HeaderNames.PART, Integer.toString(part)), PartsAhead::bytes);
    }

    private CompletableFuture<Stored> set(SetOptions options, Headers value, byte[] payload) {
        String msgId = options.msgId() != null ? options.msgId() : client.nextMsgId();
        Headers.Builder headers = Headers.builder()
                .addIfPresent(HeaderNames.KEY, options.key())
                .addIfPresent(HeaderNames.SEQ, text(options.seq()))
                .addIfPresent(HeaderNames.EXPECT_LAST_SEQ, text(options.expectLastSeq()))
                .addIfPresent(HeaderNames.EXPECT_SEQ, text(options.expectSeq()))
                .addIfPresent(HeaderNames.MSG_ID, msgId)
                .addIfPresent(HeaderNames.TIME, text(options.time()))
                .addIfPresent(HeaderNames.TTL, text(options.ttl() == null ? null : options.ttl().toMillis()));
        return write("set", headers.build().and(value).and(options.headers()), payload, msgId != null, Answers::stored);
    }

    /** The message with this sequence number, and its value, if that is not larger than the client reads at once. */
    public CompletableFuture<Optional<StreamMessage>> get(long seq) {
        return get(HeaderNames.SEQ, Long.toString(seq));
    }

    /** The message with this key. */
    public CompletableFuture<Optional<StreamMessage>> get(String key) {
        return get(HeaderNames.KEY, key);
    }

    /** The message with the highest sequence number. */
    public CompletableFuture<Optional<StreamMessage>> last() {
        return get(HeaderNames.LAST, "true");
    }

    /** The first message, by sequence number, whose time is at or after this one (milliseconds since the epoch). */
    public CompletableFuture<Optional<StreamMessage>> firstAt(long time) {
        return get(HeaderNames.START_TIME, Long.toString(time));
    }

    private CompletableFuture<Optional<StreamMessage>> get(String header, String value) {
        return WholeValues.get(this, () -> find(header, value), client.config().maxValueBytes());
    }

    private CompletableFuture<Optional<StoredValue>> find(String header, String value) {
        return read("get", Headers.of(header, value), answer -> Optional.of(Answers.found(answer)))
                .handle((found, failed) -> PersistException.unless(ErrorCode.NOT_FOUND, failed, Optional.empty(),
                        () -> found));
    }

    /**
     * The message that was stored with this message id, if it is still there: the newest, where the id was used again. Looks
     * through the whole stream where the id was not used within the last minutes.
     */
    public CompletableFuture<Optional<StreamMessage>> ofMsgId(String msgId) {
        return get(HeaderNames.OF_MSG_ID, msgId);
    }

    /** The first page of the messages in a range, in its order. */
    public CompletableFuture<Page<StreamMessage>> getAll(MessageRange range) {
        return read("getAll", range.headers(), answer -> {
            Answer.Messages page = Answers.page(answer);
            return new Page<>(page.messages(), new Position(page.epoch(), page.change()), page.next() == 0
                    ? null
                    : () -> getAll(range.rest(page.next(), page.messages().size())));
        });
    }

    /** Deletes messages, at most 1,000 at once. Those that are not there are not counted. */
    public CompletableFuture<Deleted> delete(List<Long> seqs) {
        String joined = seqs.stream().map(String::valueOf).collect(Collectors.joining(","));
        return delete("delete", Headers.builder().add(HeaderNames.SEQ, joined));
    }

    /** Deletes the message with this key, if there is one. */
    public CompletableFuture<Deleted> delete(String key) {
        return delete("delete", Headers.builder().add(HeaderNames.KEY, key));
    }

    /** Deletes the key's message if that has this sequence number; else fails with {@code WRONG_KEY_SEQ}. */
    public CompletableFuture<Deleted> delete(String key, long expectSeq) {
        return delete("delete", Headers.builder().add(HeaderNames.KEY, key).add(HeaderNames.EXPECT_SEQ, expectSeq));
    }

    /** Deletes all messages. The stream goes on with the next sequence number. */
    public CompletableFuture<Deleted> deleteAll() {
        return delete("deleteAll", Headers.builder());
    }

    /** Deletes all messages with sequence numbers up to this one. */
    public CompletableFuture<Deleted> deleteAll(long endSeq) {
        return delete("deleteAll", Headers.builder().add(HeaderNames.END_SEQ, endSeq));
    }

    private CompletableFuture<Deleted> delete(String op, Headers.Builder headers) {
        String msgId = client.nextMsgId();
        return write(op, headers.addIfPresent(HeaderNames.MSG_ID, msgId).build(), EMPTY, msgId != null,
                Answers::deleted);
    }

    /**
     * Destroys the stream: its messages, its settings and its file. Where something is stored in it again, sequence and change
     * numbers go on from where they were.
     */
    public CompletableFuture<Destroyed> destroy() {
        return destroy(Headers.builder());
    }

    /** Destroys the stream if its last sequence number is this one; else fails with {@code WRONG_LAST_SEQ}. */
    public CompletableFuture<Destroyed> destroy(long expectLastSeq) {
        return destroy(Headers.builder().add(HeaderNames.EXPECT_LAST_SEQ, expectLastSeq));
    }

    private CompletableFuture<Destroyed> destroy(Headers.Builder headers) {
        String msgId = client.nextMsgId();
        return write("destroy", headers.addIfPresent(HeaderNames.MSG_ID, msgId).build(), EMPTY, msgId != null,
                Answers::destroyed);
    }

    /** What was configured, and what that means together with the defaults for the stream's name. */
    public CompletableFuture<Configured> config() {
        return read("config", Headers.NONE, Answers::configured);
    }

    /** Configures the stream anew: what is said here takes the place of all that was said before. */
    public CompletableFuture<Configured> configure(StreamConfig config) {
        String msgId = client.nextMsgId();
        Headers headers = msgId == null ? Headers.NONE : Headers.of(HeaderNames.MSG_ID, msgId);
        return write("config", headers, config.json(), msgId != null, Answers::configured);
    }

    /** The first page of the stream's keys, in the order of their UTF-8 bytes. */
    public CompletableFuture<Page<KeyEntry>> keys() {
        return keys(Headers.NONE);
    }

    private CompletableFuture<Page<KeyEntry>> keys(Headers headers) {
        return read("keys", headers, answer -> {
            Answers.Keys page = Answers.keys(answer);
            List<KeyEntry> keys = page.keys().stream().map(k -> new KeyEntry(k.key(), k.seq())).toList();
            String next = page.next();
            return new Page<>(keys, new Position(page.epoch(), page.change()),
                    next == null ? null : () -> keys(Headers.of(HeaderNames.AFTER_KEY, next)));
        });
    }

    public CompletableFuture<StreamInfo> info() {
        return read("info", Headers.NONE, Answers::info);
    }

    /** Done once the stream's file holds everything by itself. */
    public CompletableFuture<Position> flush() {
        return read("flush", Headers.NONE, Answers::flushed);
    }

    /** What is kept of the stream as it was, the newest first; fails with {@code NO_COLD_TIER} where nothing is archived. */
    public CompletableFuture<List<StreamVersion>> versions() {
        return read("versions", Headers.NONE, Answers::versions);
    }

    /** Which worker serves the stream, as far as the client knows now, or finds out. */
    public CompletableFuture<Location> locate() {
        return client.locate(name);
    }

    /** Watches the stream: see {@link WatchListener}. Goes on until it is closed, whatever happens to workers. */
    public Watch watch(WatchFrom from, WatchListener listener) {
        return client.watch(name, from, listener);
    }

    private <T> CompletableFuture<T> read(String op, Headers headers, Function<Message, T> parse) {
        return call(new Call(name, op, headers.and(version), EMPTY, Call.Repeat.READ), parse);
    }

    /** @param known the worker would know it again by its message ids */
    <T> CompletableFuture<T> write(String op, Headers headers, byte[] payload, boolean known,
            Function<Message, T> parse) {
        Call.Repeat repeat = known ? Call.Repeat.KNOWN : Call.Repeat.UNSAFE;
        return call(new Call(name, op, headers, payload, repeat), parse);
    }

    private <T> CompletableFuture<T> call(Call call, Function<Message, T> parse) {
        client.submit(call);
        return call.result.thenApply(answer -> {
            try {
                return parse.apply(answer);
            } catch (BadMessage e) {
                throw Answers.malformed(call, e);
            }
        });
    }

    private static @Nullable String text(@Nullable Long number) {
        return number == null ? null : number.toString();
    }
}
