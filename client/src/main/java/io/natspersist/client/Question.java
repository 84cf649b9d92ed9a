// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/** What a watch must ask the worker before it can go on. */
sealed interface Question {

    /** Which is the stream's last change? */
    record WhereAreWe() implements Question {}

    /** What came after this? */
    record WhatDidIMiss(Position after) implements Question {}

    /** Which messages are there, from this sequence number on? */
    record WhatIsThere(long startSeq) implements Question {}
}
