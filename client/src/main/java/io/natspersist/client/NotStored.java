// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.ErrorCode;

/**
 * A set of a {@link Batch} that was refused, and changed nothing.
 *
 * @param code an {@link ErrorCode}'s name, or one that is newer than this client
 * @param number like HTTP's
 * @param why for people
 */
public record NotStored(String code, int number, String why) implements SetResult {

    public boolean is(ErrorCode error) {
        return code.equals(error.name());
    }
}
