// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol.table;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who owns one slot.
 *
 * @param owner null: nobody yet, or nobody since the last owner died; the rest of the entry then waits for the next owner
 * @param epoch grows with every change of owner; 0 while the slot never had one
 * @param awaits the living old owner that has not yet said "released": until then the owner touches nothing and answers
 *        "retry". May be the owner itself: it was letting go of the slot for a successor that died, and lets go of it first
 * @param adopt journals of dead incarnations whose changes of this slot may not be in its files; the owner seals and adopts
 *        them before it serves
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record SlotAssignment(@Nullable Incarnation owner, long epoch, @Nullable Incarnation awaits,
        List<Incarnation> adopt) {

    public static final SlotAssignment NONE = new SlotAssignment(null, 0, null, List.of());

    @SuppressWarnings("UnnecessarilyFullyQualified")
    public SlotAssignment {
        adopt = adopt == null ? List.of() : List.copyOf(adopt); // absent in JSON when empty
        if (epoch < 0) {
            throw new IllegalArgumentException("epoch " + epoch + " is negative");
        }
        if (awaits != null && !adopt.isEmpty()) {
            throw new IllegalArgumentException("a slot either awaits a living owner or adopts journals of dead ones");
        }
    }
}
