// SPDX-License-Identifier: Apache-2.0
package io.natspersist.simulation;

import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * A NATS server and the connections to it, in virtual time. Messages keep their order per publisher and subscription, as
 * on TCP, also where they are delayed. Faults are named by the names of nodes, so they outlive a node's restart.
 */
public final class MemoryNetwork {

    static final String INBOX = "_INBOX.";

    private final VirtualTime time;
    private final SplittableRandom random;
    private final Map<Integer, MemoryTransport> connections = new LinkedHashMap<>();
    private final List<MemoryTransport.Interest> interests = new ArrayList<>();
    private final Set<String> unreachable = new HashSet<>();
    private final Set<String> cutPairs = new HashSet<>();
    private LinkFaults faults = LinkFaults.NONE;
    private boolean serverDown;
    private long maxPayload = 1 << 20;
    private int made;
    private Consumer<RuntimeException> faultHandler = e -> {
        throw e;
    };
    private Consumer<Message> duplicateObserver = message -> {};
    private long routed;
    private long lost;

    public MemoryNetwork(VirtualTime time, long seed) {
        this.time = time;
        this.random = new SplittableRandom(seed ^ 0x6E657477L);
    }

    /** A new connection, up at once where the server can be reached. */
    public Transport connect(VirtualTime.Node node) {
        MemoryTransport transport = new MemoryTransport(this, time, node, ++made, reachable(node.name()));
        connections.put(made, transport);
        return transport;
    }

    /** Where goes what a subscription's handler throws; without it the run fails. */
    public void onFault(Consumer<RuntimeException> handler) {
        this.faultHandler = handler;
    }

    /** Who is told of each message that goes its way a second time. */
    public void onDuplicate(Consumer<Message> observer) {
        this.duplicateObserver = observer;
    }

    void duplicated(Message message) {
        duplicateObserver.accept(message);
    }

    public void faults(LinkFaults newFaults) {
        this.faults = newFaults;
    }

    /** For every message from now on; 1 MiB at first. */
    public void maxPayload(long bytes) {
        this.maxPayload = bytes;
    }

    /**
     * The node cannot reach the server. What is sent meanwhile waits; only after a while do both sides notice, and drop it.
     */
    public void cutFromServer(String node) {
        unreachable.add(node);
        connections.values().stream().filter(c -> c.node().name().equals(node)).toList().forEach(this::lostTouch);
    }

    /** Undoes {@link #cutFromServer}; connections that were lost come back after a moment. */
    public void healToServer(String node) {
        unreachable.remove(node);
        connections.values().stream().filter(c -> c.node().name().equals(node)).toList().forEach(this::inTouch);
    }

    /** Messages between two nodes vanish, in both directions, although both are connected. */
    public void cut(String node, String other) {
        cutPairs.add(pair(node, other));
    }

    public void heal(String node, String other) {
        cutPairs.remove(pair(node, other));
    }

    /** The server is gone: every connection is lost at once. */
    public void serverDown() {
        serverDown = true;
        List.copyOf(connections.values()).forEach(MemoryTransport::disconnect);
    }

    public void serverUp() {
        serverDown = false;
        List.copyOf(connections.values()).forEach(this::inTouch);
    }

    /** Breaks a node's connections; they come back after a moment, unless it is cut off. */
    public void disconnect(String node) {
        connections.values().stream().filter(c -> c.node().name().equals(node)).toList().forEach(c -> {
            c.disconnect();
            inTouch(c);
        });
    }

    /** No faults and no cuts any more. */
    public void healAll() {
        faults = LinkFaults.NONE;
        unreachable.clear();
        cutPairs.clear();
        serverUp();
    }

    /** How many messages the server has passed on. */
    public long routed() {
        return routed;
    }

    /** How many messages were lost on the way. */
    public long lost() {
        return lost;
    }

    boolean reachable(String node) {
        return !serverDown && !unreachable.contains(node);
    }

    long maxPayload() {
        return maxPayload;
    }

    void fault(RuntimeException thrown) {
        faultHandler.accept(thrown);
    }

    /** Nanoseconds from a node to the server or back. */
    long latency() {
        long usual = random.nextLong(20_000, 300_000);
        return random.nextDouble() < faults.delay()
                ? usual + random.nextLong(1, faults.maxDelayMillis() * 1_000_000 + 1)
                : usual;
    }

    /** A second delivery comes so much later, nanoseconds; 0: there is none. */
    long duplicateAfter() {
        return random.nextDouble() < faults.duplication() ? random.nextLong(1, 200_000_000) : 0;
    }

    boolean loses() {
        boolean loses = random.nextDouble() < faults.loss();
        lost += loses ? 1 : 0;
        return loses;
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    long between(long fromMillis, long toMillis) {
        return random.nextLong(fromMillis * 1_000_000, toMillis * 1_000_000);
    }

    void add(MemoryTransport.Interest interest) {
        interests.add(interest);
    }

    void remove(MemoryTransport.Interest interest) {
        interests.remove(interest);
    }

    void removeAll(MemoryTransport connection) {
        interests.removeIf(i -> i.connection() == connection);
    }

    void forget(MemoryTransport connection) {
        removeAll(connection);
        connections.remove(connection.number());
    }

    /** At the server: passes a message on to whoever is interested; whether anyone was. */
    boolean route(MemoryTransport from, Message message) {
        routed++;
        if (message.subject().startsWith(INBOX)) {
            MemoryTransport to = connections.get(numberOf(message.subject()));
            if (to != null && touches(from, to)) {
                to.deliverReply(message);
            }
            return to != null;
        }
        Map<String, List<MemoryTransport.Interest>> queues = new LinkedHashMap<>();
        List<MemoryTransport.Interest> chosen = new ArrayList<>();
        for (MemoryTransport.Interest interest : interests) {
            if (interest.pattern().matches(message.subject())) {
                if (interest.queue() == null) {
                    chosen.add(interest);
                } else {
                    queues.computeIfAbsent(interest.queue(), q -> new ArrayList<>()).add(interest);
                }
            }
        }
        queues.values().forEach(members -> chosen.add(members.get(random.nextInt(members.size()))));
        for (MemoryTransport.Interest interest : chosen) {
            if (touches(from, interest.connection())) {
                interest.connection().deliver(interest, message);
            }
        }
        return !chosen.isEmpty();
    }

    private boolean touches(MemoryTransport from, MemoryTransport to) {
        boolean touches = !cutPairs.contains(pair(from.node().name(), to.node().name()));
        lost += touches ? 0 : 1;
        return touches;
    }

    /** Inboxes are named {@code _INBOX.<connection>.<request>}. */
    private static int numberOf(String inbox) {
        int dot = inbox.indexOf('.', INBOX.length());
        try {
            return Integer.parseInt(inbox.substring(INBOX.length(), dot < 0 ? inbox.length() : dot));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** A moment after things went wrong the two ends notice, if they are still wrong. */
    private void lostTouch(MemoryTransport connection) {
        time.schedule(between(500, 4_000), () -> {
            if (!reachable(connection.node().name())) {
                connection.disconnect();
            }
        });
    }

    private void inTouch(MemoryTransport connection) {
        connection.drain();
        time.schedule(between(1, 500), () -> {
            if (reachable(connection.node().name())) {
                connection.reconnect();
            }
        });
    }

    private static String pair(String a, String b) {
        return a.compareTo(b) < 0 ? a + "|" + b : b + "|" + a;
    }
}
