// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import org.jspecify.annotations.Nullable;

/**
 * What one watch knows, and what it must ask: the whole of the promise that every change is told once and in order, or else a
 * reset. Knows no time, no network and no retries: it is told of notices, answers and disturbances in whatever order they
 * come, as often as they come, and says in {@link #question()} what has to be asked now, if anything.
 *
 * <p>
 * What it relies on: changes are numbered without gaps; changes of one epoch never differ; an owner with a higher epoch
 * decides what happened before it; a worker answers no earlier than it was asked.
 *
 * <p>
 * Rules. A change is told if it is the one after the last told, and its epoch is that of the position, because a higher epoch
 * may have cut the history below it: then the new owner must be asked first. Notices of epochs lower than the highest in
 * which an owner has spoken are dropped; if they are history the owner will say so. While a question is open, notices wait in
 * a bounded buffer.
 *
 * <p>
 * A snapshot counts as of its first page's change B: of all pages only messages stored at or before B are told, and every
 * change after B is told as a change; a message that changed while the pages were read is so told by that change, and no
 * other message can have changed. It ends with the last change that any of its pages reflects; where the owner changes before
 * that it begins again, because the new one may never have heard of a change that a page has shown.
 */
final class WatchState {

    private final WatchListener listener;
    private final NoticeBuffer buffer;

    private @Nullable Question question;
    private Position position;
    /** The highest epoch of which an owner has spoken, and the highest change that it told of. */
    private long epoch;
    private long highest;
    /** The epoch of the slot's owner by the newest table. */
    private long ownerEpoch;
    /** Something may have been missed since the open question was asked. */
    private boolean disturbed;

    private Reset.@Nullable Reason resetReason;
    private long resetLost;
    /** What the first page of the snapshot being read reflects; null: it has not come yet. */
    private @Nullable Position base;
    /** The last change that any page of it reflects. */
    private long reflected;
    /** All pages have been told, but not yet all changes that they may reflect. */
    private boolean finishing;
    /** Where the listener could go on later. */
    private Position resumable;

    private long changes;
    private long duplicates;
    private long resumes;
    private long resets;
    private long lost;

    WatchState(WatchFrom from, int bufferedChanges, WatchListener listener) {
        this.listener = listener;
        this.buffer = new NoticeBuffer(bufferedChanges);
        this.position = Position.START;
        this.resumable = Position.START;
        if (from instanceof WatchFrom.After after) {
            position = after.position();
            resumable = position;
            askWhatWasMissed();
        } else if (from instanceof WatchFrom.Now) {
            question = new Question.WhereAreWe();
        } else {
            beginSnapshot(Reset.Reason.BEGINNING, 0);
        }
    }

    /** What must be asked now; null: nothing, the watch is up to date as far as it can know. */
    @Nullable
    Question question() {
        return question;
    }

    /** Where the listener could go on later. */
    Position position() {
        return resumable;
    }

    WatchStats stats() {
        return new WatchStats(changes, duplicates, resumes, resets, lost);
    }

    int buffered() {
        return buffer.size();
    }

    /** A change notice came. */
    void noticed(Change change) {
        long number = change.position().change();
        if (question == null && change.position().epoch() == position.epoch() && number == position.change() + 1) {
            highest = number;
            tell(change);
            return;
        }
        if (change.position().epoch() == position.epoch() && number <= position.change()) {
            duplicates++;
            return;
        }
        heardOf(change.position());
        if (change.position().epoch() == epoch) {
            buffer.add(change);
        }
    }

    /** The stream's last change is, or was a moment ago, this one. */
    void heardOf(Position last) {
        if (last.epoch() > epoch) {
            epoch = last.epoch();
            highest = last.change();
            buffer.clear();
        } else if (last.epoch() == epoch) {
            highest = Math.max(highest, last.change());
        }
        askIfBehind();
    }

    /**
     * The stream's slot has an owner with this epoch, which may be lower than one heard of before: where a table is lost before
     * a slot has moved by it, the slot stays with its owner, and nobody ever speaks with the higher epoch.
     */
    void heardOfOwner(long epochOfOwner) {
        ownerEpoch = epochOfOwner;
        askIfBehind();
    }

    /** Who speaks with a lower epoch has a successor. */
    private long leastEpoch() {
        return Math.max(epoch, ownerEpoch);
    }

    /** Notices may have been missed: the connection was lost, or the like. */
    void disturbed() {
        disturbed = true;
        askIfBehind();
    }

    /**
     * The answer to the open question came.
     *
     * @return whether it helped: if not, and there is a question still, it is to be asked again a little later
     */
    boolean answered(Question asked, Answer answer) {
        if (!asked.equals(question) || answer.epoch() < leastEpoch()) {
            return false; // of an owner that has a successor
        }
        heardOf(new Position(answer.epoch(), 0));
        if (answer instanceof Answer.Info info) {
            position = new Position(info.epoch(), info.change());
            resumable = position;
            question = null;
        } else if (answer instanceof Answer.Changes missed) {
            return follow(missed);
        } else if (answer instanceof Answer.MustReset reset) {
            beginSnapshot(reset.lost() > 0 ? Reset.Reason.CHANGES_LOST : Reset.Reason.LOG_TRIMMED, reset.lost());
            return true;
        } else if (answer instanceof Answer.Messages page) {
            return read(page);
        }
        goOn();
        return true;
    }

    private boolean follow(Answer.Changes missed) {
        if (finishing && missed.epoch() > position.epoch()) {
            beginSnapshot(Reset.Reason.MOVED, 0); // a page may show a change that the new owner never heard of
            return true;
        }
        boolean helps = disturbed;
        for (Change change : missed.changes()) {
            if (change.position().change() == position.change() + 1) {
                tell(change);
                helps = true;
            }
        }
        position = new Position(missed.epoch(), position.change());
        resumable = finishing ? resumable : position;
        highest = Math.max(highest, missed.change());
        question = null;
        goOn();
        return helps || question == null;
    }

    private boolean read(Answer.Messages page) {
        if (base != null && page.epoch() > base.epoch()) {
            beginSnapshot(Reset.Reason.MOVED, 0);
            return true;
        }
        if (base == null) {
            base = new Position(page.epoch(), page.change());
            listener.onReset(new Reset(java.util.Objects.requireNonNull(resetReason), resetLost, resumable));
        }
        for (StreamMessage message : page.messages()) {
            if (message.change() <= base.change()) {
                listener.onMessage(message);
            }
        }
        highest = Math.max(highest, page.change());
        reflected = Math.max(reflected, page.change());
        if (page.next() > 0) {
            question = new Question.WhatIsThere(page.next());
            return true;
        }
        position = base;
        finishing = true;
        question = null;
        endSnapshot();
        goOn();
        return true;
    }

    /** Ends the snapshot once the listener knows all that its pages may reflect. */
    private void endSnapshot() {
        if (finishing && position.change() >= reflected) {
            finishing = false;
            resumable = position;
            listener.onSnapshotEnd(position);
        }
    }

    private void beginSnapshot(Reset.Reason reason, long lostChanges) {
        if (reason != Reset.Reason.BEGINNING) {
            resets++;
            lost += lostChanges;
        }
        resetReason = reason;
        resetLost = lostChanges;
        base = null;
        reflected = 0;
        finishing = false;
        question = new Question.WhatIsThere(1);
    }

    /** The question is answered: tells what waited, then asks again if that was not all. */
    private void goOn() {
        if (position.epoch() == epoch) {
            for (Change next = buffer.take(position.change() + 1); next != null; next = buffer
                    .take(position.change() + 1)) {
                tell(next);
            }
        }
        askIfBehind();
    }

    private void askIfBehind() {
        if (question == null && (disturbed || position.epoch() < leastEpoch() || position.change() < highest)) {
            askWhatWasMissed();
        }
    }

    private void askWhatWasMissed() {
        resumes++;
        disturbed = false;
        question = new Question.WhatDidIMiss(position);
    }

    private void tell(Change change) {
        position = change.position();
        resumable = finishing ? resumable : position;
        changes++;
        listener.onChange(change);
        endSnapshot();
    }
}
