// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.natspersist.e2e.DocumentationTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Nodes on this machine, driven by the command {@code kube} in the folder {@code $PERSIST_TEST_KUBE}, or in {@code ../shared/kube}
 * beside the repository. Its verbs, each with exit status 0 where it succeeded:
 *
 * <pre>
 * up --nodes N    start it, or what is missing of it; prints a line with KUBECONFIG=FILE
 * load IMAGE.tar  give every node an image
 * kill NODE       end everything on a node at once; "up" brings it back
 * cut NODE        take it off the network
 * heal NODE       put it back
 * status          whether it is up
 * down            stop it
 * </pre>
 *
 * Beside the kubeconfig each node has a folder with its name, in which {@code pod-logs} is what others have in
 * {@code /var/log/pods}. Its nodes see this machine's folders, and this machine reaches pods and Services.
 */
final class Rig implements TestCluster, NodeFaults {

    private static final Pattern KUBECONFIG = Pattern.compile("KUBECONFIG=(\\S+)");

    private final Path command;
    private final int nodes;
    private final boolean wasUp;
    private final Path kubeconfig;
    private final KubernetesClient client;
    private final List<Path> folders = new ArrayList<>();
    private final List<String> disks = new ArrayList<>();

    private Rig(Path command, int nodes) {
        this.command = command;
        this.nodes = nodes;
        this.wasUp = run("status").status == 0;
        this.kubeconfig = start();
        this.client = new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeconfig.toFile())).build();
        if (!wasUp) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> run("down")));
        }
    }

    /** @throws IllegalStateException where there is no such command */
    static Rig up(int nodes) {
        String folder = System.getenv("PERSIST_TEST_KUBE");
        Path command = (folder == null
                ? DocumentationTest.root().resolveSibling("shared").resolve("kube")
                : Path.of(folder)).resolve("kube");
        if (!Files.isExecutable(command)) {
            throw new IllegalStateException(
                    "these tests need a Kubernetes with nodes: set PERSIST_TEST_KUBE to a folder"
                            + " with a command 'kube' that brings one up, or PERSIST_TEST_KUBECONFIG to the kubeconfig of one");
        }
        return new Rig(command, nodes);
    }

    @Override
    public String name() {
        return "rig";
    }

    @Override
    public Path kubeconfig() {
        return kubeconfig;
    }

    @Override
    public KubernetesClient client() {
        return client;
    }

    @Override
    public void load(Path image) {
        verb("load", image.toString());
    }

    @Override
    public void claim(String namespace, String name) {
        HostVolume.claim(client, namespace, name, folder());
    }

    @Override
    public void disks(String storageClass, int count) {
        for (int i = 0; i < count; i++) {
            String disk = storageClass + "-" + i;
            HostVolume.disk(client, disk, storageClass, folder());
            disks.add(disk);
        }
    }

    private String folder() {
        try {
            Path folder = Files.createTempDirectory("persist-volume");
            folders.add(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
            return folder.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String reach(String namespace, String service, int port) {
        return client.services().inNamespace(namespace).withName(service).require().getSpec().getClusterIP() + ":"
                + port;
    }

    /** That by which it reaches the API server. */
    @Override
    public Optional<InetAddress> thisMachine() {
        URL server = client.getMasterUrl();
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
            return Optional.of(socket.getLocalAddress());
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<NodeFaults> faults() {
        return Optional.of(this);
    }

    @Override
    public void kill(String node) {
        verb("kill", node);
    }

    @Override
    public void revive() {
        start();
    }

    @Override
    public void cut(String node) {
        verb("cut", node);
    }

    @Override
    public void heal(String node) {
        verb("heal", node);
    }

    @Override
    public String written(Pod pod) {
        Path folder = kubeconfig.resolveSibling(pod.getSpec().getNodeName()).resolve("pod-logs")
                .resolve(String.join("_", pod.getMetadata().getNamespace(), pod.getMetadata().getName(),
                        pod.getMetadata().getUid()));
        StringBuilder text = new StringBuilder();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                text.append(Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** Containers are processes of this machine, in a cgroup that has their pod's uid in its name. */
    @Override
    public void killProcesses(Pod pod) {
        List<ProcessHandle> found = ProcessHandle.allProcesses()
                .filter(process -> read("cgroup", process).contains("pod" + pod.getMetadata().getUid()))
                .filter(process -> read("comm", process).contains("java")).toList();
        if (found.isEmpty()) {
            throw new IllegalStateException("no Java process in pod " + pod.getMetadata().getName());
        }
        found.forEach(ProcessHandle::destroyForcibly);
    }

    private static String read(String file, ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), file));
        } catch (IOException e) {
            return ""; // gone meanwhile
        }
    }

    @Override
    public void close() {
        disks.forEach(disk -> client.persistentVolumes().withName(disk).delete());
        client.close();
        for (Path folder : folders) {
            try (Stream<Path> all = Files.walk(folder)) {
                all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Path start() {
        String said = verb("up", "--nodes", Integer.toString(nodes));
        Matcher named = KUBECONFIG.matcher(said);
        if (!named.find()) {
            throw new IllegalStateException(command + " up: " + said);
        }
        return Path.of(named.group(1));
    }

    private String verb(String... arguments) {
        Run run = run(arguments);
        if (run.status != 0) {
            throw new IllegalStateException(command + " " + String.join(" ", arguments) + ": " + run.output);
        }
        return run.output;
    }

    private record Run(int status, String output) {}

    private Run run(String... arguments) {
        List<String> words = new ArrayList<>(List.of(command.toString()));
        words.addAll(List.of(arguments));
        Path output = null;
        try {
            // A file: what it starts in the background may keep a pipe open.
            output = Files.createTempFile("kube", ".log");
            Process process = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            int status = process.waitFor();
            return new Run(status, Files.readString(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            if (output != null) {
                output.toFile().delete();
            }
        }
    }
}
