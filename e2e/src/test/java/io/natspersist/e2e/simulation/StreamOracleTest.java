// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.StreamConfig.Durability;
import io.natspersist.simulation.VirtualTime;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StreamOracleTest {

    @Test
    void anHonestServiceIsNeverAccused() {
        for (long seed = 1; seed <= 200; seed++) {
            assertThat(problems(seed, null)).as("seed %d", seed).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(ModelService.Flaw.class)
    void aServiceThatBreaksAPromiseIsCaught(ModelService.Flaw flaw) {
        long caught = 0;
        for (long seed = 1; seed <= 20; seed++) {
            caught += problems(seed, flaw).isEmpty() ? 0 : 1;
        }
        assertThat(caught).as("seeds of 20 that catch %s", flaw).isGreaterThanOrEqualTo(10);
    }

    @Test
    void whatWasLostIsForgivenOnlyWhereLossIsAllowed() {
        StreamOracle oracle = new StreamOracle("s", () -> 5);
        oracle.ended(oracle.began("c", Op.Set.append("v")), new Outcome.Stored(1, 1, false));
        Losses losses = new Losses();
        losses.powerLost(6, 6);
        oracle.check(new FinalView(List.of(), List.of(), 0, 0), losses.of(Durability.RELAXED));
        assertThat(oracle.problems()).isEmpty();
        assertThat(oracle.lostAcknowledged()).isEqualTo(1);

        oracle.check(new FinalView(List.of(), List.of(), 0, 0), Losses.NONE);
        assertThat(oracle.problems()).isNotEmpty();
    }

    private static List<String> problems(long seed, ModelService.@Nullable Flaw flaw) {
        VirtualTime time = new VirtualTime(seed);
        ModelService service = new ModelService(time, flaw);
        StreamOracle oracle = new StreamOracle("s", time::millis);
        service.watch(oracle.watcher("w"));
        IntSupplier sizes = new AtomicInteger(LargeText.LEAST)::incrementAndGet;
        for (int client = 0; client < 3; client++) {
            OpSource ops = new OpSource(new SplittableRandom(seed * 31 + client), "c" + client, sizes);
            String name = "c" + client;
            go(time, service, oracle, name, ops, 60);
        }
        time.runFor(60_000);
        oracle.check(service.end(), Losses.NONE);
        return oracle.problems();
    }

    private static void go(VirtualTime time, ModelService service, StreamOracle oracle, String client, OpSource ops,
            int left) {
        Op op = ops.next();
        Call call = oracle.began(client, op);
        service.call(op, outcome -> {
            oracle.ended(call, outcome);
            ops.learn(op, outcome);
            if (left > 1) {
                time.schedule(1_000_000, () -> go(time, service, oracle, client, ops, left - 1));
            }
        });
    }
}
