// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

/**
 * Headers that carry an operation's arguments and results. All others, unless they begin with {@code Persist-} or
 * {@code Nats-}, belong to the message and are stored with it.
 */
public final class HeaderNames {

    /** A message's key. */
    public static final String KEY = "Persist-Key";
    /** A message's sequence number; on a set: store at exactly that one. */
    public static final String SEQ = "Persist-Seq";
    /** A message's time, ms since the epoch. */
    public static final String TIME = "Persist-Time";
    /** On a set: how long the message lives, ms; 0: for ever, whatever the stream's configuration says. */
    public static final String TTL = "Persist-TTL";
    /** When a message expires, ms since the epoch; absent: never. */
    public static final String EXPIRES = "Persist-Expires";
    /** The writer's id for a message; a second set with the same id within the window is answered as the first was. */
    public static final String MSG_ID = "Nats-Msg-Id";
    /** Present with "true": the message has no value, which differs from an empty one. */
    public static final String NO_VALUE = "Persist-No-Value";
    /** On a set: the stream's last sequence must be this one. */
    public static final String EXPECT_LAST_SEQ = "Persist-Expect-Last-Seq";
    /** On a set or delete with a key: the key's message must have this sequence; 0: the key must not exist. */
    public static final String EXPECT_SEQ = "Persist-Expect-Seq";
    /** A stream's change number. */
    public static final String CHANGE = "Persist-Change";
    /** An owner's epoch. */
    public static final String EPOCH = "Persist-Epoch";
    /** What a change did, or what an answer is about. */
    public static final String OP = "Persist-Op";
    /** On reads: the first sequence wanted. */
    public static final String START_SEQ = "Persist-Start-Seq";
    /** On reads and deletes: the last sequence wanted. */
    public static final String END_SEQ = "Persist-End-Seq";
    /** On reads: at most this many. */
    public static final String LIMIT = "Persist-Limit";
    /** On get: the last message ("true"). */
    public static final String LAST = "Persist-Last";
    /** On reads: the earliest time wanted, ms since the epoch; on get: the first message at or after it. */
    public static final String START_TIME = "Persist-Start-Time";
    /** On reads: the latest time wanted, ms since the epoch. */
    public static final String END_TIME = "Persist-End-Time";
    /** On reads: "newest" for the highest sequence first; else "oldest". */
    public static final String ORDER = "Persist-Order";
    /** On reads: of the messages wanted only so many, the newest. */
    public static final String LAST_N = "Persist-Last-N";
    /** On get: the message that was stored with this message id. */
    public static final String OF_MSG_ID = "Persist-Of-Msg-Id";
    /** On setMany: "true" for all or none. */
    public static final String ATOMIC = "Persist-Atomic";
    /** On errors of an atomic setMany: which item was refused, from 0. */
    public static final String ITEM = "Persist-Item";
    /** On keys: the key after which to go on. */
    public static final String AFTER_KEY = "Persist-After-Key";
    /** An upload: the parts of one large value. 1 to 64 of A-Z a-z 0-9 _ - */
    public static final String UPLOAD = "Persist-Upload";
    /** Which part of a large value, from 1; on an error: the first one that is missing. */
    public static final String PART = "Persist-Part";
    /** How many parts a large value has. */
    public static final String PARTS = "Persist-Parts";
    /** How many bytes a large value has. */
    public static final String SIZE = "Persist-Size";
    /** The CRC-32C of a part, or of a whole large value: 8 hexadecimal digits. */
    public static final String CRC32C = "Persist-Crc32c";
    /** On list: the stream after which to go on. */
    public static final String AFTER = "Persist-After";
    /** On list: prefixes of so many tokens below the one asked for, instead of streams. */
    public static final String DEPTH = "Persist-Depth";
    /** On reads: of the stream as it was in its version of this time, ms since the epoch. */
    public static final String VERSION = "Persist-Version";
    /** On errors: the symbolic name of an {@link ErrorCode}. */
    public static final String ERROR = "Persist-Error";
    /** On errors: "true" or "false". */
    public static final String RETRYABLE = "Persist-Retryable";
    /** On errors: "true" or "false". */
    public static final String NO_SIDE_EFFECTS = "Persist-No-Side-Effects";
    /** On retryable errors: how long to wait before the next try, ms. */
    public static final String RETRY_AFTER = "Persist-Retry-After";
    /** On a 421: the owner that the answering worker knows of, as {@code worker.incarnation}. */
    public static final String OWNER = "Persist-Owner";
    /** The NATS services convention: the error's text. */
    public static final String SERVICE_ERROR = "Nats-Service-Error";
    /** The NATS services convention: the error's number. */
    public static final String SERVICE_ERROR_CODE = "Nats-Service-Error-Code";

    private HeaderNames() {}

    /** What the names of this protocol's own headers begin with. */
    static final String OURS = "Persist-";

    /** Whether a header belongs to the protocol and is not stored with a message. */
    public static boolean isReserved(String name) {
        return name.startsWith(OURS) || name.startsWith("Nats-");
    }
}
