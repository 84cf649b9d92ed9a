// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.Json;
import io.natspersist.protocol.SlotRanges;
import io.natspersist.transport.Message;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one worker tells of the streams of its slots, in the order of their names.
 *
 * @param next items after this name were not told; null: these are all
 * @param slots the slots that it speaks of
 */
record ListPart<T>(List<T> items, @Nullable String next, BitSet slots) {

    /** As the worker writes it; one of the lists is there. */
    private record Wire(@Nullable List<Item> streams, @Nullable List<Prefix> prefixes, @Nullable String next,
            String slots) {}

    private record Item(String name, @Nullable Long messages, @Nullable Long bytes, @Nullable Long change,
            @Nullable Long seq) {}

    private record Prefix(String prefix, long streams, @Nullable Boolean stream) {}

    static ListPart<ListedStream> streams(Message answer) {
        return part(answer, wire -> Objects.requireNonNullElse(wire.streams, List.<Item>of()).stream()
                .map(i -> new ListedStream(i.name, or0(i.messages), or0(i.bytes), or0(i.seq), or0(i.change)))
                .toList());
    }

    static ListPart<Branch> tree(Message answer) {
        return part(answer, wire -> Objects.requireNonNullElse(wire.prefixes, List.<Prefix>of()).stream()
                .map(p -> new Branch(p.prefix, p.streams, Boolean.TRUE.equals(p.stream)))
                .toList());
    }

    private static long or0(@Nullable Long number) {
        return number == null ? 0 : number;
    }

    private static <T> ListPart<T> part(Message answer, Function<Wire, List<T>> items) {
        Wire wire = Json.read(answer.payload(), Wire.class);
        return new ListPart<>(items.apply(wire), wire.next, SlotRanges.parse(wire.slots));
    }
}
