// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

/** The version that processes say they are of; the build's own. */
public final class Version {

    public static final String CURRENT = "0.1.0-SNAPSHOT";

    private Version() {}
}
