// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;

/** Which region is meant: what was told, else AWS_REGION, else the AWS profile's. */
final class S3Region {

    private S3Region() {}

    /** Asks nobody over the network. */
    static Region of(@Nullable String told) {
        if (told != null) {
            return Region.of(told);
        }
        try {
            return new AwsRegionProviderChain(new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
                    .getRegion();
        } catch (SdkClientException e) {
            return Region.US_EAST_1;
        }
    }
}
