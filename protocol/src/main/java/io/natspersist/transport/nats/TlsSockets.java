// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes TLS connections with the files as they are at that moment. A server must have a certificate for the name by which it was
 * asked; jnats alone would take any that is signed. One that other servers told of has an address only: it must have a certificate
 * for the first name.
 */
final class TlsSockets {

    private static final int HANDSHAKE_MILLIS = 5_000;

    private final NatsTls files;
    private final List<String> names = new ArrayList<>();

    /** @param servers comma-separated URLs */
    TlsSockets(NatsTls files, String servers) {
        this.files = files;
        for (String server : servers.split(",", -1)) {
            String host = URI.create(server.strip()).getHost();
            if (host != null) {
                names.add(host);
            }
        }
    }

    /**
     * Upgrades a connection, and takes it over.
     *
     * @throws SSLException where a file or a certificate is not as it should be
     */
    SSLSocket secured(Socket plain, String host, int port) throws IOException {
        SSLSocket socket = (SSLSocket) context().getSocketFactory().createSocket(plain, nameOf(host), port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        int patience = socket.getSoTimeout();
        socket.setSoTimeout(HANDSHAKE_MILLIS);
        socket.startHandshake();
        socket.setSoTimeout(patience);
        return socket;
    }

    private String nameOf(String host) {
        return names.isEmpty() || names.contains(host) ? host : names.get(0);
    }

    private SSLContext context() throws SSLException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(files.certificate(), files.key()), trust(files.ca()), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new SSLException(e.getMessage(), e);
        }
    }

    private static TrustManager @Nullable [] trust(@Nullable Path ca) throws GeneralSecurityException, SSLException {
        if (ca == null) {
            return null;
        }
        KeyStore trusted = empty();
        for (Certificate each : new PemFile(ca).certificates()) {
            trusted.setCertificateEntry(Integer.toString(trusted.size()), each);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory.getTrustManagers();
    }

    private static KeyManager @Nullable [] keys(@Nullable Path certificate, @Nullable Path key)
            throws GeneralSecurityException, SSLException {
        if (certificate == null || key == null) {
            return null;
        }
        List<Certificate> chain = new PemFile(certificate).certificates();
        KeyStore own = empty();
        own.setKeyEntry("own", new PemFile(key).key(chain.get(0).getPublicKey().getAlgorithm()), new char[0],
                chain.toArray(new Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(own, new char[0]);
        return factory.getKeyManagers();
    }

    private static KeyStore empty() throws GeneralSecurityException, SSLException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        } catch (IOException e) {
            throw new SSLException(e);
        }
    }
}
