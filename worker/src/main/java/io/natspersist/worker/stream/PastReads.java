// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.file.StreamFile;
import io.natspersist.worker.file.StreamFile.Range;
import io.natspersist.worker.file.StreamFile.State;
import io.natspersist.worker.stream.Result.Refused;
import java.util.Optional;

/**
 * Answers reads from a file that does not change any more. Runs off the loop.
 *
 * @param epoch of the owner that the file was archived by
 * @param maxAnswerBytes about how many bytes of messages one answer may carry
 */
record PastReads(StreamName stream, StreamFile file, long epoch, long maxAnswerBytes) {

    Result of(Operation read) {
        return switch (read) {
            case Operation.Get get -> found(find(get.which()));
            case Operation.GetPart part -> part(part);
            case Operation.GetAll all -> page(all);
            case Operation.Keys keys -> new Pages(maxAnswerBytes, epoch)
                    .of(file.keys(keys.afterKey(), keys.limit() + 1), keys.limit(), file.state().change());
            case Operation.Info info -> info();
            default -> throw new IllegalStateException(read + " is no read of a version");
        };
    }

    private Optional<Message> find(Operation.Which which) {
        return switch (which) {
            case Operation.Which.Seq w -> file.get(w.seq());
            case Operation.Which.Key w -> file.get(w.key());
            case Operation.Which.Last w -> file.last();
            case Operation.Which.Since w -> file.firstSince(w.time());
            case Operation.Which.MsgId w -> file.ofMsgId(w.id(), w.since());
        };
    }

    private Result found(Optional<Message> message) {
        return message.<Result>map(m -> new Result.Found(m, epoch))
                .orElseGet(() -> new Refused(ErrorCode.NOT_FOUND, "there was no such message"));
    }

    private Result part(Operation.GetPart wanted) {
        LargeValue value = file.get(wanted.seq()).filter(m -> m.change() == wanted.change()).map(Message::large)
                .orElse(null);
        if (value == null || wanted.part() > value.parts()) {
            return new Refused(ErrorCode.NOT_FOUND, "message " + wanted.seq() + " as of change " + wanted.change()
                    + " was not there, or had no part " + wanted.part());
        }
        return file.part(value.upload(), wanted.part())
                .<Result>map(p -> new Result.PartFound(wanted.part(), p.crc32c(), p.data()))
                .orElseGet(() -> new Refused(ErrorCode.VERSION_DAMAGED, "part " + wanted.part() + " of message "
                        + wanted.seq() + " is not in the file"));
    }

    private Result page(Operation.GetAll all) {
        Range range = all.lastN() == 0 ? all.range() : all.range().from(file.nthNewest(all.range(), all.lastN()));
        return new Pages(maxAnswerBytes, epoch).of(file.read(range, all.limit(), maxAnswerBytes),
                file.state().change());
    }

    private Result info() {
        State s = file.state();
        return new Result.Info(s.messages(), s.bytes(), s.firstSeq(), s.lastSeq(), s.change(), epoch, false);
    }
}
