// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.worker.cold.ObjectStore.Condition.Absent;
import io.natspersist.worker.cold.ObjectStore.Condition.Unchanged;
import io.natspersist.worker.cold.ObjectStore.Found;
import io.natspersist.worker.cold.ObjectStore.Stored;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store of objects does. */
abstract class ObjectStoreContract {

    private static final Absent ABSENT = new Absent();

    /** An empty one. */
    abstract ObjectStore store();

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static Kind kindOf(Runnable call) {
        try {
            call.run();
        } catch (ObjectStoreException e) {
            return e.kind();
        }
        return null;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void whatIsPutIsGot() {
        byte[] million = new byte[1_000_000];
        new Random(1).nextBytes(million);

        String tag = store().put("a/b", ByteBuffer.wrap(million), ABSENT);

        Stored got = store().get("a/b", million.length).orElseThrow();
        assertThat(got.bytes()).isEqualTo(million);
        assertThat(got.tag()).isEqualTo(tag).isNotEmpty();
    }

    @Test
    void onlyTheRemainingBytesArePutAndTheBufferStaysAsItIs() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(10).put("0123456789".getBytes(StandardCharsets.UTF_8)).position(3)
                .limit(6);

        store().put("a", buffer, ABSENT);

        assertThat(text(store().get("a", 10).orElseThrow().bytes())).isEqualTo("345");
        assertThat(buffer.remaining()).isEqualTo(3);
    }

    @Test
    void anEmptyObjectIsOne() {
        store().put("empty", bytes(""), ABSENT);

        assertThat(store().get("empty", 0).orElseThrow().bytes()).isEmpty();
    }

    @Test
    void whatIsNotThereIsEmpty() {
        assertThat(store().get("none", 10)).isEmpty();
        assertThat(store().get("none", 5, 10)).isEmpty();
        assertThat(store().list("none", null)).isEmpty();
        store().delete(List.of("none", "nor this"));
        store().delete(List.of());
    }

    @Test
    void aKeyIsTakenOnce() {
        store().put("a", bytes("first"), ABSENT);

        assertThat(kindOf(() -> store().put("a", bytes("second"), ABSENT))).isEqualTo(Kind.CONFLICT);
        assertThat(text(store().get("a", 10).orElseThrow().bytes())).isEqualTo("first");
    }

    @Test
    void anObjectIsReplacedOnlyAsItWas() {
        String first = store().put("a", bytes("first"), ABSENT);
        String second = store().put("a", bytes("second"), new Unchanged(first));

        assertThat(second).isNotEqualTo(first);
        assertThat(kindOf(() -> store().put("a", bytes("third"), new Unchanged(first)))).isEqualTo(Kind.CONFLICT);
        assertThat(kindOf(() -> store().put("none", bytes("x"), new Unchanged(first)))).isEqualTo(Kind.CONFLICT);
        assertThat(text(store().get("a", 10).orElseThrow().bytes())).isEqualTo("second");
        assertThat(store().get("none", 10)).isEmpty();
    }

    @Test
    void ofManyWhoCreateAnObjectOneSucceeds() throws Exception {
        assertThat(whoWins(each -> () -> store().put("a", bytes("by " + each), ABSENT))).hasSize(1);
    }

    @Test
    void ofManyWhoReplaceAnObjectOneSucceeds() throws Exception {
        String tag = store().put("a", bytes("first"), ABSENT);

        List<Integer> winners = whoWins(each -> () -> store().put("a", bytes("by " + each), new Unchanged(tag)));

        assertThat(winners).hasSize(1);
        assertThat(text(store().get("a", 10).orElseThrow().bytes())).isEqualTo("by " + winners.getFirst());
    }

    private static List<Integer> whoWins(IntFunction<Callable<String>> tries) throws Exception {
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Future<String>> all = threads.invokeAll(IntStream.range(0, 8).mapToObj(tries).toList());
            return IntStream.range(0, 8).filter(each -> all.get(each).state() == Future.State.SUCCESS).boxed().toList();
        }
    }

    @Test
    void aPartIsGotWhole() {
        store().put("a", bytes("0123456789"), ABSENT);

        assertThat(text(store().get("a", 0, 3).orElseThrow())).isEqualTo("012");
        assertThat(text(store().get("a", 7, 3).orElseThrow())).isEqualTo("789");
        assertThat(store().get("a", 5, 0).orElseThrow()).isEmpty();
    }

    @Test
    void aPartThatIsNotThereIsDamage() {
        store().put("a", bytes("0123456789"), ABSENT);

        assertThat(kindOf(() -> store().get("a", 7, 4))).isEqualTo(Kind.DAMAGED);
        assertThat(kindOf(() -> store().get("a", 10, 1))).isEqualTo(Kind.DAMAGED);
        assertThat(kindOf(() -> store().get("a", 100, 1))).isEqualTo(Kind.DAMAGED);
    }

    @Test
    void anObjectLargerThanExpectedIsDamage() {
        store().put("a", bytes("0123456789"), ABSENT);

        assertThatThrownBy(() -> store().get("a", 9)).isInstanceOf(ObjectStoreException.class)
                .hasMessageContaining("get of a").hasMessageContaining("10 bytes");
        assertThat(kindOf(() -> store().get("a", 9))).isEqualTo(Kind.DAMAGED);
    }

    @Test
    void keysAreListedInOrderAfterOne() {
        for (String key : List.of("p/b", "p/a", "q/a", "p/c", "o")) {
            store().put(key, bytes(key), ABSENT);
        }

        assertThat(store().list("p/", null)).containsExactly(new Found("p/a", 3), new Found("p/b", 3),
                new Found("p/c", 3));
        assertThat(store().list("p/", "p/a")).extracting(Found::key).containsExactly("p/b", "p/c");
        assertThat(store().list("p/", "p/bb")).extracting(Found::key).containsExactly("p/c");
        assertThat(store().list("p/", "p/c")).isEmpty();
        assertThat(store().list("", null)).extracting(Found::key).containsExactly("o", "p/a", "p/b", "p/c", "q/a");
    }

    @Test
    void aThousandKeysAreListedAndDeletedAtOnce() throws Exception {
        List<String> keys = IntStream.range(0, 1_003).mapToObj(each -> "k/%04d ü+&".formatted(each)).toList();
        try (var threads = Executors.newFixedThreadPool(8)) {
            threads.invokeAll(keys.stream().map(each -> (Callable<String>) () -> store().put(each, bytes(""), ABSENT))
                    .toList());
        }

        List<Found> first = store().list("k/", null);
        assertThat(first).extracting(Found::key).isEqualTo(keys.subList(0, 1_000));
        assertThat(store().list("k/", first.getLast().key())).extracting(Found::key)
                .isEqualTo(keys.subList(1_000, 1_003));

        store().delete(keys);
        assertThat(store().list("k/", null)).isEmpty();
    }
}
