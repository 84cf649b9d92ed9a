// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol.table;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker tells the coordinator every second, on {@code P.heartbeat.<worker>}.
 *
 * @param worker the worker's name
 * @param incarnation 0 while it asks to be registered; then what it was given
 * @param instance random text of this process, so that a registration asked for twice is given one number
 * @param ready its journal's first segment is locked and forced: it can be given slots
 * @param draining it wants to stop: its slots should move away
 * @param tableVersion the version of the table that it has
 * @param unforcedMillis age of the oldest group that is not yet forced; 0: none
 * @param forcedGroups how many groups it has forced since it started
 * @param released slots that it let go of, as the table's "awaits" asked; repeated until the table no longer asks
 * @param adopted adoptions finished; repeated until the table no longer names the journal
 * @param sealed journals that it sealed because the coordinator asked with {@code trySeal}
 * @param immovable slots that it could not let go of just now, because a change cannot be put into its stream's file
 * @param unsettled slots with changes of dead owners that are not in their streams' files yet, so that letting go of them would take long
 * @param load how busy it is
 * @param report what it holds, if the coordinator asked
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Heartbeat(String worker, long incarnation, String instance, boolean ready, boolean draining,
        long tableVersion, long unforcedMillis, long forcedGroups, List<Released> released, List<Adopted> adopted,
        List<Incarnation> sealed, List<Integer> immovable, List<Integer> unsettled, Load load,
        @Nullable Report report) {

    public Heartbeat {
        released = released == null ? List.of() : List.copyOf(released);
        adopted = adopted == null ? List.of() : List.copyOf(adopted);
        sealed = sealed == null ? List.of() : List.copyOf(sealed);
        immovable = immovable == null ? List.of() : List.copyOf(immovable);
        unsettled = unsettled == null ? List.of() : List.copyOf(unsettled);
        load = load == null ? Load.NONE : load;
    }

    /** A slot let go of. {@code epoch}: that of the entry that awaits it (the successor's). */
    public record Released(int slot, long epoch) {}

    /** A journal's changes of one slot are now in the worker's own journal. {@code epoch}: that of the slot's entry. */
    public record Adopted(int slot, long epoch, Incarnation journal) {}

    /** How busy a worker is. {@code messagesPerSecond} counts requests; {@code cpu} is in cores. */
    public record Load(long openStreams, double messagesPerSecond, double cpu) {
        public static final Load NONE = new Load(0, 0, 0);
    }

    /**
     * What a lost table is rebuilt from.
     *
     * @param slots the slots that the worker serves, adopts for or has yet to let go of, by number, with the epoch in which it
     *        got them and the adoptions that are not finished. Those that it awaits count for nothing
     * @param journals the names of all journals on the volume
     * @param fenced those of them in whose folder {@code release} was written or a seal stands: what their owners claim
     *        counts for nothing
     * @param reserved where a rebuilt table may begin to count: above all that was ever given out, as far as the worker's table
     *        and the volume tell, and so far above that it is above what was told to others alone. Written down on the volume
     *        before it is reported, so that the next report reserves higher ones. {@link Numbers#NONE}: nothing speaks for
     *        there ever having been a table
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Report(List<Held> slots, List<Incarnation> journals, List<Incarnation> fenced, Numbers reserved) {

        public Report {
            slots = slots == null ? List.of() : List.copyOf(slots);
            journals = journals == null ? List.of() : List.copyOf(journals);
            fenced = fenced == null ? List.of() : List.copyOf(fenced);
            reserved = reserved == null ? Numbers.NONE : reserved;
        }

        public record Held(int slot, SlotAssignment assignment) {}
    }
}
