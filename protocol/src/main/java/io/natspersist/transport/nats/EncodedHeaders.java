// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

/**
 * Headers that jnats sends as they were encoded here. Its own would lose their order, refuse anything but ASCII, and cost two
 * maps a message.
 */
final class EncodedHeaders extends io.nats.client.impl.Headers {

    private final byte[] block;

    EncodedHeaders(byte[] block) {
        super(null, true);
        this.block = block;
    }

    @Override
    public boolean isEmpty() {
        return false;
    }

    @Override
    public int serializedLength() {
        return block.length;
    }

    @Override
    public byte[] getSerialized() {
        return block.clone();
    }

    @Override
    public int serializeToArray(int destPosition, byte[] dest) {
        System.arraycopy(block, 0, dest, destPosition, block.length);
        return block.length;
    }

    @Override
    public boolean equals(Object o) {
        return this == o;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
