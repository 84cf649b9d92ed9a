// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an operator asks of an API server: one request for each right that it used, and all that were refused. */
final class OperatorRequests implements Interceptor {

    private static final Pattern PATH = Pattern
            .compile("/(?:api|apis/([^/]+))/v\\w+/namespaces/[^/]+/(\\w+)(?:/([^/]+)(?:/(\\w+))?)?");

    private final Map<Right, Asked> asked = new ConcurrentSkipListMap<>();
    private final Set<String> refused = new ConcurrentSkipListSet<>();

    /**
     * To do something with one kind of objects.
     *
     * @param group empty: Kubernetes' own
     * @param resource with its subresource, if it is about that
     */
    record Right(String verb, String group, String resource) implements Comparable<Right> {

        @Override
        public int compareTo(Right other) {
            return toString().compareTo(other.toString());
        }

        @Override
        public String toString() {
            return verb + " " + (group.isEmpty() ? "" : group + "/") + resource;
        }
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        Matcher path = PATH.matcher(request.uri().getPath());
        if (response.code() == HttpURLConnection.HTTP_FORBIDDEN) {
            refused.add(request.method() + " " + request.uri());
        } else if (path.matches()) {
            String group = path.group(1) == null ? "" : path.group(1);
            String resource = path.group(2) + (path.group(4) == null ? "" : "/" + path.group(4));
            Right right = new Right(verb(request, path.group(3) != null), group, resource);
            asked.putIfAbsent(right, Asked.of(request, null));
            if (response.code() == HttpURLConnection.HTTP_CREATED && !right.verb().equals("create")) {
                asked.putIfAbsent(new Right("create", group, resource), Asked.of(request, path.group(3)));
            }
        }
    }

    /** The rights that it used. */
    Set<Right> used() {
        return asked.keySet();
    }

    /** What it asked for in vain. */
    Collection<String> refused() {
        return refused;
    }

    void forgetRefusals() {
        refused.clear();
    }

    /** Asks again for what it used a right for, without any effect; whether that right is now said to be missing. */
    boolean isRefused(Right right, HttpClient http) {
        String answer = asked.get(right).again(http);
        return answer.contains("\"code\":" + HttpURLConnection.HTTP_FORBIDDEN)
                && answer.contains("cannot " + right.verb() + " resource \\\"" + right.resource() + "\\\"");
    }

    private static String verb(HttpRequest request, boolean one) {
        return switch (request.method()) {
            case "GET" ->
                one ? "get" : String.valueOf(request.uri().getQuery()).contains("watch=true") ? "watch" : "list";
            case "POST" -> "create";
            case "PUT" -> "update";
            default -> request.method().toLowerCase(Locale.ROOT);
        };
    }

    /**
     * One request.
     *
     * @param made the object that was made by applying it; asked again, it is about one of another name, which is not there
     */
    private record Asked(String method, URI uri, @Nullable String type, @Nullable String body, @Nullable String made) {

        static Asked of(HttpRequest request, @Nullable String made) {
            return new Asked(request.method(), request.uri(), ((StandardHttpRequest) request).getContentType(),
                    request.bodyString(), made);
        }

        String again(HttpClient http) {
            String query = uri.getRawQuery() == null ? "" : uri.getRawQuery().replaceAll("timeoutSeconds=\\d+&?", "");
            String effectless = method.equals("GET") ? "timeoutSeconds=1" : "dryRun=All";
            String path = uri.getRawPath() + "?" + query + "&" + effectless;
            URI target = URI.create("https://" + uri.getRawAuthority() + other(path));
            HttpRequest.Builder request = http.newHttpRequestBuilder().uri(target);
            if (!method.equals("GET")) {
                request.method(method, type, body == null ? "" : other(body));
            }
            return http.sendAsync(request.build(), String.class).join().body();
        }

        private String other(String text) {
            return made == null ? text : text.replace(made, "another");
        }
    }
}
