// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.worker.cold.ObjectStore.Condition.Absent;
import io.natspersist.worker.cold.ObjectStore.Found;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderObjectStoreTest extends ObjectStoreContract {

    @TempDir
    Path folder;

    private FolderObjectStore store;

    @BeforeEach
    void open() {
        store = FolderObjectStore.open(folder.resolve("cold/copies"));
    }

    @Override
    ObjectStore store() {
        return store;
    }

    @Test
    void anyKeyHasAFileOfItsOwn() {
        List<String> keys = List.of("", "/", "//", "_a/b", "a", "a.object", "a.object/b", "a/b", "a/..", "..", "../b",
                "a%2Fb", "a+b", "a b", "\u00fc/\ud83d\ude00");
        keys.forEach(key -> store.put(key, bytes(key), new Absent()));

        assertThat(store.list("", null)).extracting(Found::key)
                .containsExactlyElementsOf(keys.stream().sorted(FolderKeys.ORDER).toList());
        keys.forEach(key -> assertThat(store.get(key, 100).orElseThrow().bytes()).isEqualTo(bytes(key).array()));
    }

    @Test
    void whatWasPutIsThereWhenItIsOpenedAgain() {
        store.put("a/b", bytes("x"), new Absent());

        assertThat(FolderObjectStore.open(folder.resolve("cold/copies")).get("a/b", 1)).isPresent();
    }

    @Test
    void nothingIsLeftOfWhatWasDeletedOrRefused() throws IOException {
        store.put("a/b/c", bytes("x"), new Absent());
        assertThat(kindOf(() -> store.put("a/b/c", bytes("y"), new Absent()))).isEqualTo(Kind.CONFLICT);
        store.delete(List.of("a/b/c"));

        try (Stream<Path> left = Files.walk(folder.resolve("cold/copies"))) {
            assertThat(left.map(each -> each.getFileName().toString()))
                    .containsExactlyInAnyOrder("copies", "objects", "unfinished", "lock");
        }
    }

    @Test
    void aFolderThatCannotBeMadeSaysWhy() throws IOException {
        Files.createFile(folder.resolve("file"));

        assertThat(kindOf(() -> FolderObjectStore.open(folder.resolve("file/copies")))).isEqualTo(Kind.UNAVAILABLE);
    }
}
