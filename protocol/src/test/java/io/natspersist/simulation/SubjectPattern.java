// SPDX-License-Identifier: Apache-2.0
package io.natspersist.simulation;

/** Matches subjects as NATS does: {@code *} is one token, a trailing {@code >} one or more. */
record SubjectPattern(String pattern) {

    boolean matches(String subject) {
        int p = 0;
        int s = 0;
        while (p < pattern.length() && s < subject.length()) {
            if (pattern.charAt(p) == '>' && p + 1 == pattern.length()) {
                return true;
            }
            int patternEnd = end(pattern, p);
            int subjectEnd = end(subject, s);
            boolean any = patternEnd == p + 1 && pattern.charAt(p) == '*';
            if (!any && !pattern.regionMatches(p, subject, s, Math.max(patternEnd - p, subjectEnd - s))) {
                return false;
            }
            p = patternEnd + 1;
            s = subjectEnd + 1;
        }
        return p == pattern.length() + 1 && s == subject.length() + 1;
    }

    private static int end(String text, int from) {
        int dot = text.indexOf('.', from);
        return dot < 0 ? text.length() : dot;
    }
}
