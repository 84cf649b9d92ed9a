// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol.service;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * An endpoint and what it has done since the service began.
 *
 * @param subject what it listens on
 * @param queueGroup empty: every instance gets each request
 * @param requests how many requests it has answered
 * @param errors those of them that it answered with an error
 * @param lastError {@code code:text}; empty: none yet
 * @param processingNanos from a request's arrival to its answer, all together
 */
public record EndpointStats(String name, String subject, @JsonProperty("queue_group") String queueGroup,
        @JsonProperty("num_requests") long requests, @JsonProperty("num_errors") long errors,
        @JsonProperty("last_error") String lastError, @JsonProperty("processing_time") long processingNanos) {

    @JsonProperty("average_processing_time")
    long averageProcessingNanos() {
        return requests == 0 ? 0 : processingNanos / requests;
    }
}
