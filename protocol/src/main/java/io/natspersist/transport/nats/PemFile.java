// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Certificates or a key, as text. */
final class PemFile {

    private static final Pattern KEY = Pattern
            .compile("-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----([^-]+)-----END \\1-----");
    /** Version 0, and that the key is one of RSA. */
    private static final byte[] RSA = HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;

    private final Path file;
    private final String text;

    /** @throws SSLException where it cannot be read */
    PemFile(Path file) throws SSLException {
        this.file = file;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new SSLException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** At least one. */
    List<Certificate> certificates() throws SSLException {
        try {
            List<Certificate> all = List.copyOf(CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1))));
            if (all.isEmpty()) {
                throw new SSLException(file + " has no certificate in it");
            }
            return all;
        } catch (GeneralSecurityException e) {
            throw new SSLException(file + " is not a PEM file of certificates: " + e.getMessage(), e);
        }
    }

    /** @param algorithm that of the certificate's public key */
    PrivateKey key(String algorithm) throws SSLException {
        Matcher found = KEY.matcher(text);
        if (!found.find()) {
            throw new SSLException(file + " has no private key in it, or an encrypted one");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(found.group(2));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(switch (found.group(1)) {
                case "PRIVATE KEY" -> der;
                case "RSA PRIVATE KEY" -> wrapped(SEQUENCE, RSA, wrapped(OCTET_STRING, der));
                default -> throw new SSLException(file + " has an " + found.group(1)
                        + ": it must be PKCS #8, as openssl pkcs8 -topk8 -nocrypt makes it");
            }));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new SSLException(file + " has no key of the certificate's kind, " + algorithm + ": " + e.getMessage(),
                    e);
        }
    }

    /** In DER, with the length in three bytes more than its first. */
    private static byte[] wrapped(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(new byte[]{(byte) tag, (byte) 0x83, (byte) (length >> 16), (byte) (length >> 8), (byte) length});
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }
}
