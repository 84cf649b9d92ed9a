// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A certificate authority for tests, made by the JDK's keytool: PEM files in a folder. */
public final class Certificates {

    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final Path store;

    /** @param folder an empty one */
    public Certificates(Path folder) {
        this.folder = folder;
        this.store = folder.resolve("keys.p12");
        keytool("ca", "-ext", "bc:c", "-ext", "ku=keyCertSign");
        write("ca", false);
    }

    /** By which all others are signed. */
    public Path ca() {
        return folder.resolve("ca.crt");
    }

    /** One for whoever, with a key; a server's with its names, such as {@code ip:127.0.0.1,dns:localhost}. */
    public NatsTls signed(String name, String names) {
        keytool(name, "-signer", "ca", "-ext", "san=" + names);
        write(name, true);
        return new NatsTls(ca(), folder.resolve(name + ".crt"), folder.resolve(name + ".key"));
    }

    /** A nats-server's lines of configuration; with {@code verify} it wants its clients' certificates. */
    public String serverConfig(String names, boolean verify) {
        NatsTls own = signed("server-" + names.replaceAll("\\W", "-"), names);
        return "tls { cert_file: \"%s\", key_file: \"%s\", ca_file: \"%s\", verify: %s, timeout: 5 }"
                .formatted(own.certificate(), own.key(), ca(), verify);
    }

    private void keytool(String name, String... more) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias",
                        name, "-dname", "CN=" + name, "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2",
                        "-storetype",
                        "PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD));
        command.addAll(List.of(more));
        try {
            Process made = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!made.waitFor(30, TimeUnit.SECONDS) || made.exitValue() != 0) {
                throw new IllegalStateException("keytool: " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void write(String name, boolean key) {
        try {
            KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            Files.writeString(folder.resolve(name + ".crt"),
                    pem("CERTIFICATE", keys.getCertificate(name).getEncoded()));
            if (key) {
                Files.writeString(folder.resolve(name + ".key"),
                        pem("PRIVATE KEY", keys.getKey(name, PASSWORD.toCharArray()).getEncoded()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder(64, new byte[]{'\n'}).encodeToString(der)
                + "\n-----END " + what + "-----\n";
    }
}
