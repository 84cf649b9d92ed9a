// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;

/** Others' credentials; that there are none can be told from other faults. */
record S3Credentials(AwsCredentialsProvider from) implements AwsCredentialsProvider {

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            return from.resolveCredentials();
        } catch (SdkException e) {
            throw new Missing(e);
        }
    }

    static final class Missing extends SdkClientException {
        private static final long serialVersionUID = 1;

        Missing(SdkException cause) {
            super(SdkClientException.builder().message("no credentials: " + cause.getMessage()).cause(cause));
        }
    }
}
