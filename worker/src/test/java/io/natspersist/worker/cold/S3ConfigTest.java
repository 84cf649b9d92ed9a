// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3ConfigTest {

    @ParameterizedTest
    @CsvSource({"s3://my-bucket,my-bucket,''", "s3://my-bucket/,my-bucket,''", "s3://my-bucket/a/b,my-bucket,a/b/",
            "s3://my.bucket/a/,my.bucket,a/"})
    void aUrlNamesABucketAndAPrefix(String url, String bucket, String prefix) {
        S3Config config = S3Config.of(url);

        assertThat(config.bucket()).isEqualTo(bucket);
        assertThat(config.prefix()).isEqualTo(prefix);
        assertThat(S3Config.of(config.url())).isEqualTo(config);
    }

    @ParameterizedTest
    @ValueSource(strings = {"my-bucket", "http://my-bucket", "s3://", "s3://ab", "s3://My-Bucket", "s3://bucket//a",
            "s3://bucket/a//b"})
    void whatNamesNoneIsAMistake(String url) {
        assertThatThrownBy(() -> S3Config.of(url)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:9000", "ftp://localhost", "http:///x", "s3.example.org"})
    void anEndpointIsAUrl(String endpoint) {
        S3Config config = S3Config.of("s3://bucket");

        assertThatThrownBy(() -> config.at(URI.create(endpoint), null, true))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(endpoint);
    }
}
