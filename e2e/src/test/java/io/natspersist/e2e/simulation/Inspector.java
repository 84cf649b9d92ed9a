// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.client.AsyncStream;
import io.natspersist.client.ClientConfig;
import io.natspersist.client.ListedStream;
import io.natspersist.client.Location;
import io.natspersist.client.MessageRange;
import io.natspersist.client.Page;
import io.natspersist.client.PersistClient;
import io.natspersist.client.StreamInfo;
import io.natspersist.client.StreamMessage;
import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.WireChange;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A new client that looks at streams when everything is quiet. Histories it asks for by hand, without the client's code. */
final class Inspector {

    private static final long PATIENCE_MILLIS = 70_000;

    private final World world;
    private final Transport transport;
    private final PersistClient client;

    Inspector(World world) {
        this.world = world;
        VirtualTime.Node node = world.time.node("inspector");
        this.transport = world.network.connect(node);
        this.client = new PersistClient(ClientConfig.ofSubjects(world.subjects()), transport, node.loop(),
                world.random("inspector"));
    }

    /** One more change: who has missed the last notice, and its repetition too, learns of it by the next one. */
    void write(String name) {
        call(name, Op.Set.append("last-" + name));
    }

    /** From now on the streams change only when told to. */
    void calm(List<String> names) {
        names.forEach(name -> call(name, new Op.Configure(StreamConfig.NONE)));
        world.time.runFor(OpSource.MOST_TTL);
        names.forEach(this::deleteExpiring);
    }

    /** Nothing expires any more, unless a clock was set back: that would go on while the stream is looked at. */
    private void deleteExpiring(String name) {
        List<Long> expiring = new ArrayList<>();
        Optional<Page<StreamMessage>> page = wait(name, "getAll", client.stream(name).async().getAll(MessageRange.ALL));
        page.ifPresent(all -> all.items().stream().filter(message -> message.expires() != 0)
                .forEach(message -> expiring.add(message.seq())));
        if (!expiring.isEmpty()) {
            if (!world.scenario.faults().contains(FaultKind.CLOCK_JUMP)) {
                world.oracle.problem(name + " holds messages whose time was up: " + expiring);
            }
            call(name, new Op.Delete(expiring));
        }
    }

    private void call(String name, Op op) {
        StreamOracle oracle = world.oracle.stream(name);
        Call call = oracle.began("inspector", op);
        wait(name, op.toString(), StreamCalls.call(client.stream(name).async(), op))
                .ifPresent(o -> oracle.ended(call, o));
    }

    /** The names of all streams that the cluster lists; null, and a problem of the oracle's, where it does not answer. */
    @Nullable
    List<String> list() {
        return wait("all streams", "list", client.listAsync(null, null, 1_000))
                .map(page -> page.items().stream().map(ListedStream::name).toList()).orElse(null);
    }

    /** Null, and a problem of the oracle's, where the stream does not answer. */
    @Nullable
    FinalView look(String name) {
        AsyncStream stream = client.stream(name).async();
        Optional<StreamInfo> info = wait(name, "info", stream.info());
        List<Item> items = new ArrayList<>();
        Optional<Page<StreamMessage>> page = wait(name, "getAll", stream.getAll(MessageRange.ALL.withPageSize(7)));
        while (page.isPresent()) {
            page.get().items().forEach(message -> items.add(WatchRecord.item(message)));
            if (!page.get().hasNext()) {
                break;
            }
            page = wait(name, "getAll", page.get().next().orElseThrow());
        }
        items.stream().filter(item -> LargeText.isLarge(item.value())).forEach(item -> readWhole(name, stream, item));
        Optional<List<Told>> history = history(name, stream);
        return info.isEmpty() || page.isEmpty() || history.isEmpty()
                ? null
                : new FinalView(history.get(), items, info.get().lastSeq(), info.get().position().change());
    }

    /** A page shows only how large a value is: whether all of it is there is another matter. */
    private void readWhole(String name, AsyncStream stream, Item item) {
        wait(name, "get " + item.seq(), stream.get(item.seq())).ifPresent(found -> {
            if (!found.map(WatchRecord::item).equals(Optional.of(item))) {
                world.oracle.problem(name + " shows " + item + ", and holds " + found.map(WatchRecord::item));
            }
        });
    }

    /** All changes that the stream's log still has, from the first one on if it can. */
    private Optional<List<Told>> history(String name, AsyncStream stream) {
        List<Told> history = new ArrayList<>();
        long epoch = 0;
        long after = 0;
        while (true) {
            Optional<ChangeBatch> batch = resume(name, stream, epoch, after);
            if (batch.isEmpty()) {
                return Optional.empty();
            }
            if (batch.get() instanceof ChangeBatch.Changes some) {
                some.changes().forEach(change -> history.add(told(change)));
                epoch = some.epoch();
                after = history.isEmpty() ? 0 : history.getLast().number();
                if (some.changes().isEmpty() || after >= some.change()) {
                    return Optional.of(history);
                }
            } else {
                after++; // the log does not reach back so far
                epoch = batch.get().epoch();
                if (after > batch.get().change()) {
                    return Optional.of(history);
                }
            }
        }
    }

    /** The slot may still be moving, to balance the cluster. */
    private Optional<ChangeBatch> resume(String name, AsyncStream stream, long epoch, long after) {
        List<Transport.Reply> replies = new ArrayList<>();
        Headers from = Headers.builder().add(HeaderNames.EPOCH, epoch).add(HeaderNames.CHANGE, after).build();
        for (int tries = 0; tries < 20; tries++) {
            wait(name, "info", stream.info());
            Optional<Location> at = wait(name, "locate", stream.locate());
            if (at.isEmpty()) {
                return Optional.empty();
            }
            replies.clear();
            transport.request(at.get().requestPrefix() + ".resume." + name, from, new byte[0], 10_000, replies::add);
            world.time.runUntil(() -> !replies.isEmpty(), 20_000);
            if (replies.getFirst() instanceof Transport.Reply.Answer given
                    && given.message().headers().first(HeaderNames.ERROR) == null) {
                return Optional.of(ChangeBatch.decode(given.message().payload()));
            }
            world.time.runFor(1_000);
        }
        world.oracle.problem("no answer to resume of " + name + " when all was quiet: " + replies);
        return Optional.empty();
    }

    private <T> Optional<T> wait(String stream, String what, CompletableFuture<T> answer) {
        world.time.runUntil(answer::isDone, PATIENCE_MILLIS);
        if (!answer.isDone() || answer.isCompletedExceptionally()) {
            world.oracle.problem(what + " of " + stream + " failed when all was quiet: "
                    + (answer.isDone() ? answer.exceptionNow() : "no answer") + "; " + world.coordinator);
            return Optional.empty();
        }
        return Optional.ofNullable(answer.getNow(null));
    }

    private static Told told(WireChange change) {
        return switch (change) {
            case WireChange.Set set -> new Told.Set(set.number(), set.seq(), set.key(),
                    set.largeSize() > 0 ? LargeText.ofSize(set.largeSize()) : WatchRecord.text(set.value()));
            case WireChange.Delete delete -> new Told.Delete(delete.number(), delete.seqs(), delete.cause());
            case WireChange.DeleteAll all -> new Told.DeleteAll(all.number(), all.upToSeq(), all.cause());
            case WireChange.Config config -> new Told.Config(config.number(), config.config());
            case WireChange.Destroy destroy -> new Told.Destroy(destroy.number(), destroy.lastSeq());
        };
    }
}
