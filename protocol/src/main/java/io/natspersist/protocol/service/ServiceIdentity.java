// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol.service;

/**
 * Who answers, as the services convention has it.
 *
 * @param name what kind of service; A-Z a-z 0-9 _ -
 * @param id unique among all instances that there ever are; one token
 * @param version a semantic version
 * @param description for people
 */
public record ServiceIdentity(String name, String id, String version, String description) {

    public ServiceIdentity {
        if (!name.matches("[A-Za-z0-9_-]+") || !id.matches("[A-Za-z0-9_-]+")) {
            throw new IllegalArgumentException("service " + name + ", id " + id + ": one token of A-Z a-z 0-9 _ -");
        }
    }
}
