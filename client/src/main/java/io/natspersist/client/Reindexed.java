// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * A slot whose catalog was compared with its files.
 *
 * @param streams how many streams the slot has
 * @param added how many of these the catalog did not know
 * @param removed how many the catalog knew that have no file
 */
public record Reindexed(int slot, long streams, long added, long removed) {}
