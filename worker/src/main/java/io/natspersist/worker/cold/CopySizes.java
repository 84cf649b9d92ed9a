// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

/**
 * How files are cut, bytes.
 *
 * @param chunk what is uploaded anew when any of it changed; a multiple of the page size
 * @param pack about how much a pack holds, and an archive has in memory
 * @param window how much of a file a restore has in memory; as much again comes from the store
 */
public record CopySizes(int chunk, int pack, int window) {

    public static final CopySizes DEFAULT = new CopySizes(64 << 10, 8 << 20, 8 << 20);

    public CopySizes {
        if (chunk < 1 || pack < chunk || window < chunk || pack > 256 << 20 || window > 256 << 20) {
            throw new IllegalArgumentException("chunks of " + chunk + " bytes, packs of " + pack + ", windows of "
                    + window);
        }
    }
}
