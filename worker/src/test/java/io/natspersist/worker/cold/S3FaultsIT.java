// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.natspersist.worker.cold.FaultyWire.Fault;
import io.natspersist.worker.cold.ObjectStore.Condition.Absent;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** S3 when it is slow, away, overloaded, or not itself. */
class S3FaultsIT {

    private static final Absent ABSENT = new Absent();
    private static final int MANY = 1_000;
    private static final byte[] CONTENT = new byte[100_000];

    private static S3Server server;
    private static int made;

    private final S3Config config = server.config("faults-" + made++ + "/").withPatience(10_000, 30_000, 3);
    private final S3ObjectStore store = S3Server.open(config);
    private final S3ObjectStore impatient = S3Server.open(config.withPatience(300, 1_000, 2));

    @BeforeAll
    static void startServer() {
        new Random(1).nextBytes(CONTENT);
        server = S3Server.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @AfterEach
    void heal() throws Exception {
        server.wire().heal();
        store.close();
        impatient.close();
    }

    private static ByteBuffer content() {
        return ByteBuffer.wrap(CONTENT);
    }

    private static ObjectStoreException failure(Runnable call) {
        return catchThrowableOfType(ObjectStoreException.class, call::run);
    }

    @ParameterizedTest
    @CsvSource({"500,InternalError", "503,SlowDown", "503,ServiceUnavailable", "429,TooManyRequests"})
    void anErrorThatPassesIsNotNoticed(int status, String code) {
        server.wire().fail("PUT", 1, new Fault.Answers(status, code));
        server.wire().fail("GET", 1, new Fault.Answers(status, code));

        store.put("a", content(), ABSENT);

        assertThat(store.get("a", CONTENT.length).orElseThrow().bytes()).isEqualTo(CONTENT);
    }

    @ParameterizedTest
    @CsvSource({"500,InternalError,UNAVAILABLE", "503,SlowDown,UNAVAILABLE", "429,TooManyRequests,UNAVAILABLE",
            "400,RequestTimeout,UNAVAILABLE", "412,PreconditionFailed,CONFLICT",
            "409,ConditionalRequestConflict,CONFLICT",
            "403,AccessDenied,REFUSED", "403,SignatureDoesNotMatch,REFUSED", "404,NoSuchBucket,REFUSED",
            "400,ExpiredToken,REFUSED", "301,PermanentRedirect,REFUSED", "501,NotImplemented,REFUSED"})
    void anErrorThatStaysIsSaid(int status, String code, Kind kind) {
        server.wire().fail("PUT", MANY, new Fault.Answers(status, code));

        ObjectStoreException failure = failure(() -> store.put("a", content(), ABSENT));

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure).hasMessageContaining("put of a").hasMessageContaining(status + " " + code);
        assertThat(store.get("a", CONTENT.length)).isEmpty();
    }

    @Test
    void aTryIsNotRepeatedForEver() {
        int before = server.wire().requests();
        server.wire().fail("GET", MANY, new Fault.Answers(500, "InternalError"));

        assertThat(failure(() -> store.get("a", 1))).hasMessageContaining("3 times");
        assertThat(server.wire().requests() - before).isEqualTo(3);
    }

    @Test
    void whatIsRefusedIsAskedOnce() {
        int before = server.wire().requests();
        server.wire().fail("GET", MANY, new Fault.Answers(403, "AccessDenied"));

        assertThat(failure(() -> store.get("a", 1)).kind()).isEqualTo(Kind.REFUSED);
        assertThat(server.wire().requests() - before).isEqualTo(1);
    }

    @Test
    void aListOfNoBucketIsRefusedAndNotEmpty() {
        server.wire().fail("GET", MANY, new Fault.Answers(404, "NoSuchBucket"));

        assertThat(failure(() -> store.list("", null)).kind()).isEqualTo(Kind.REFUSED);
        assertThat(failure(() -> store.get("a", 1)).kind()).isEqualTo(Kind.REFUSED);
    }

    @Test
    void aSlowServerIsAwayOnceTheTimeIsOver() {
        store.put("a", content(), ABSENT);
        server.wire().fail("GET", MANY, new Fault.Slow(3_000));

        ObjectStoreException failure = failure(() -> impatient.get("a", CONTENT.length));

        assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure).hasMessageContaining("get of a");
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aServerThatSendsAByteNowAndThenIsSlowToo() {
        store.put("a", content(), ABSENT);
        server.wire().fail("GET", MANY, new Fault.Trickles(50));

        assertThat(failure(() -> impatient.get("a", CONTENT.length)).kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aBodyThatBreaksOffIsAskedForAgain() {
        store.put("a", content(), ABSENT);
        server.wire().fail("GET", 1, new Fault.Truncated());
        assertThat(store.get("a", CONTENT.length).orElseThrow().bytes()).isEqualTo(CONTENT);
        server.wire().fail("GET", 1, new Fault.Truncated());
        assertThat(store.get("a", 10, 1_000).orElseThrow()).isEqualTo(Arrays.copyOfRange(CONTENT, 10, 1_010));
    }

    @Test
    void aBodyThatAlwaysBreaksOffIsNeverServed() {
        store.put("a", content(), ABSENT);
        server.wire().fail("GET", MANY, new Fault.Truncated());

        assertThat(failure(() -> store.get("a", CONTENT.length)).kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure(() -> store.get("a", 10, 1_000)).kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure(() -> store.list("", null)).kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void aBodyThatWasAlteredIsAskedForAgain() {
        store.put("a", content(), ABSENT);
        server.wire().fail("GET", 1, new Fault.Altered());

        assertThat(store.get("a", CONTENT.length).orElseThrow().bytes()).isEqualTo(CONTENT);
    }

    @Test
    void aBodyThatIsAlwaysAlteredIsDamage() {
        store.put("a", content(), ABSENT);
        server.wire().fail("GET", MANY, new Fault.Altered());

        assertThatThrownBy(() -> store.get("a", CONTENT.length)).isInstanceOf(ObjectStoreException.class)
                .hasMessage("get of a: what came is not what was stored: its checksum differs");
        assertThat(failure(() -> store.get("a", CONTENT.length)).kind()).isEqualTo(Kind.DAMAGED);
    }

    @Test
    void anUploadThatArrivesAlteredIsSentAgain() {
        server.wire().fail("PUT", 1, new Fault.SentAltered());

        store.put("a", content(), ABSENT);

        assertThat(store.get("a", CONTENT.length).orElseThrow().bytes()).isEqualTo(CONTENT);
    }

    @Test
    void anUploadThatAlwaysArrivesAlteredIsNotStored() {
        server.wire().fail("PUT", MANY, new Fault.SentAltered());

        assertThat(failure(() -> store.put("a", content(), ABSENT)).kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(store.get("a", CONTENT.length)).isEmpty();
    }

    @Test
    void anUploadWhoseAnswerIsLostMeetsItself() {
        server.wire().fail("PUT", 1, new Fault.Lost());

        assertThat(failure(() -> store.put("a", content(), ABSENT)).kind()).isEqualTo(Kind.CONFLICT);
        assertThat(store.get("a", CONTENT.length).orElseThrow().bytes()).isEqualTo(CONTENT);
    }

    @Test
    void aServerThatIsNotThereIsAwayAndComesBack() throws Exception {
        server.wire().cut();

        ObjectStoreException failure = failure(() -> store.get("a", 1));

        assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure).hasMessageContaining("get of a").hasMessageContaining("Connection refused");
        assertThat(failure(() -> store.put("a", content(), ABSENT)).kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure(() -> store.delete(List.of("a"))).kind()).isEqualTo(Kind.UNAVAILABLE);
        server.wire().heal();
        assertThat(store.get("a", 1)).isEmpty();
    }

    @Test
    void anotherBucketIsRefused() {
        S3Config none = S3Config.of("s3://no-such-bucket").at(config.endpoint(), "us-east-1", true);
        try (S3ObjectStore other = S3Server.open(none)) {
            assertThat(failure(() -> other.get("a", 1)).kind()).isEqualTo(Kind.REFUSED);
            assertThat(failure(() -> other.list("", null)).kind()).isEqualTo(Kind.REFUSED);
            assertThat(failure(() -> other.put("a", content(), ABSENT))).hasMessageContaining("NoSuchBucket")
                    .extracting(ObjectStoreException::kind).isEqualTo(Kind.REFUSED);
        }
    }

    @Test
    void wrongCredentialsAreRefusedAndSoAreMissingOnes() {
        try (S3ObjectStore other = S3ObjectStore.open(config,
                StaticCredentialsProvider.create(AwsBasicCredentials.create(S3Server.ACCESS_KEY, "wrong")));
                S3ObjectStore missing = S3ObjectStore.open(config, () -> {
                    throw SdkClientException.create("nowhere");
                })) {
            assertThat(failure(() -> other.get("a", 1)).kind()).isEqualTo(Kind.REFUSED);
            assertThat(failure(() -> missing.get("a", 1)).kind()).isEqualTo(Kind.REFUSED);
            assertThat(failure(() -> missing.get("a", 1))).hasMessage("get of a: no credentials: nowhere");
        }
    }
}
