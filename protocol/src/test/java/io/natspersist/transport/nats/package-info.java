// SPDX-License-Identifier: Apache-2.0
/** A real NATS server for tests, and the tests that need one. */
package io.natspersist.transport.nats;
