// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.command.InspectContainerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * One node in a container of a Docker engine, as Testcontainers starts it: from the image {@code $PERSIST_TEST_K3S_IMAGE}, k3s's own
 * unless given. Volumes are in its memory.
 */
final class K3sCluster extends GivenCluster {

    private static final String K3S = "rancher/k3s:v1.34.1-k3s1";
    private static final String IMAGES = "/var/lib/rancher/k3s/agent/images/";
    private static final String VOLUME = "/volume";

    private final K3sContainer container;
    private final Path kubeconfig;

    private K3sCluster(K3sContainer container, Path kubeconfig) {
        super(kubeconfig);
        this.container = container;
        this.kubeconfig = kubeconfig;
    }

    /**
     * Returns when its API server answers.
     *
     * @param images that it has from the beginning
     */
    static K3sCluster start(List<Path> images) {
        String given = System.getenv("PERSIST_TEST_K3S_IMAGE");
        DockerImageName name = DockerImageName.parse(given == null ? K3S : given)
                .asCompatibleSubstituteFor("rancher/k3s");
        K3sContainer container = given == null ? new K3sContainer(name) : new LateImages(name, images);
        container.withTmpFs(Map.of("/run", "", "/var/run", "", VOLUME, "rw,mode=777"));
        images.forEach(image -> container.withCopyFileToContainer(MountableFile.forHostPath(image),
                IMAGES + image.getFileName()));
        container.start();
        try {
            return new K3sCluster(container,
                    Files.writeString(Files.createTempFile("k3s", ".yaml"), container.getKubeConfigYaml()));
        } catch (IOException e) {
            container.stop();
            throw new UncheckedIOException(e);
        }
    }

    /** Of an image that clears its folder when it begins, and looks for images once its node is there. */
    private static final class LateImages extends K3sContainer {

        private final List<Path> images;

        LateImages(DockerImageName name, List<Path> images) {
            super(name);
            this.images = images;
        }

        @Override
        protected void containerIsStarting(InspectContainerResponse started) {
            super.containerIsStarting(started);
            await().atMost(Duration.ofSeconds(30)).until(this::hasBegun);
            images.forEach(
                    image -> copyFileToContainer(MountableFile.forHostPath(image), IMAGES + image.getFileName()));
        }

        /** Whether it has made the state that it makes first, after which it clears nothing. */
        private boolean hasBegun() {
            try {
                copyFileFromContainer("/var/lib/rancher/k3s/admin.conf", InputStream::available);
                return true;
            } catch (RuntimeException notYet) {
                return false;
            }
        }
    }

    @Override
    public String name() {
        return "k3s";
    }

    @Override
    public boolean takesImages() {
        return true;
    }

    /** It has it. */
    @Override
    public void load(Path image) {}

    @Override
    public void claim(String namespace, String name) {
        HostVolume.claim(client(), namespace, name, VOLUME);
    }

    @Override
    public void close() {
        super.close();
        container.stop();
        try {
            Files.delete(kubeconfig);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
