// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;

/**
 * Moments as HTTP writes them: {@code Sun, 06 Nov 1994 08:49:37 GMT}, and the two older ways that
 * must be understood. Nothing here allocates.
 *
 * @see "RFC 9110, HTTP Semantics, section 5.6.7, Date/Time Formats"
 */
public final class HttpDate {
    /** How many bytes a written moment has. */
    public static final int BYTES = 29;
    /** What {@link #parse} says for anything else. */
    public static final long INVALID = Long.MIN_VALUE;

    private static final byte[] DAYS = Ascii.bytes("SunMonTueWedThuFriSat");
    private static final byte[] MONTHS = Ascii.bytes("JanFebMarAprMayJunJulAugSepOctNovDec");
    private static final byte[] GMT = Ascii.bytes(" GMT");
    private static final int SECONDS_A_DAY = 86_400;
    /** Of the last year that four digits can write. */
    private static final long LAST_SECOND = 253_402_300_799L;

    private HttpDate() {}

    /**
     * Writes a moment. hot: no allocation.
     *
     * @param epochSecond seconds since 1970; what four-digit years cannot hold is moved to the
     *        nearest they can
     * @param to where to
     * @param at where in it; {@link #BYTES} bytes are written
     */
    public static void write(long epochSecond, byte[] to, int at) {
        long second = Math.clamp(epochSecond, 0, LAST_SECOND);
        long day = second / SECONDS_A_DAY;
        int time = (int) (second % SECONDS_A_DAY);
        // Days since 0000-03-01, so that the leap day is the last of its year.
        long z = day + 719_468;
        long era = z / 146_097;
        int dayOfEra = (int) (z % 146_097);
        int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int shifted = (5 * dayOfYear + 2) / 153;
        int dayOfMonth = dayOfYear - (153 * shifted + 2) / 5 + 1;
        int month = shifted < 10 ? shifted + 2 : shifted - 10;
        int year = (int) (yearOfEra + era * 400) + (month < 2 ? 1 : 0);
        System.arraycopy(DAYS, (int) ((day + 4) % 7) * 3, to, at, 3);
        to[at + 3] = ',';
        to[at + 4] = ' ';
        two(dayOfMonth, to, at + 5);
        to[at + 7] = ' ';
        System.arraycopy(MONTHS, month * 3, to, at + 8, 3);
        to[at + 11] = ' ';
        two(year / 100, to, at + 12);
        two(year % 100, to, at + 14);
        to[at + 16] = ' ';
        two(time / 3600, to, at + 17);
        to[at + 19] = ':';
        two(time / 60 % 60, to, at + 20);
        to[at + 22] = ':';
        two(time % 60, to, at + 23);
        System.arraycopy(GMT, 0, to, at + 25, GMT.length);
    }

    private static void two(int value, byte[] to, int at) {
        to[at] = (byte) ('0' + value / 10);
        to[at + 1] = (byte) ('0' + value % 10);
    }

    /**
     * Reads a moment in any of the three formats. The day of the week is not compared with the
     * date.
     *
     * @param bytes where it lies
     * @param offset where it begins
     * @param length how many bytes it has
     * @param nowSecond seconds since 1970 now, which tell the century of a two-digit year
     * @return seconds since 1970, or {@link #INVALID}
     */
    public static long parse(MemorySegment bytes, long offset, int length, long nowSecond) {
        long comma = Ascii.find(bytes, offset, offset + length, ',');
        if (comma == offset + length) {
            return asctime(bytes, offset, length);
        }
        long rest = comma + 2;
        int restLength = (int) (offset + length - rest);
        if (!isWeekday(bytes, offset, (int) (comma - offset)) || restLength < 1
                || Ascii.at(bytes, comma + 1) != ' ') {
            return INVALID;
        }
        if (comma - offset == 3 && restLength == 24 && Ascii.at(bytes, rest + 2) == ' '
                && Ascii.at(bytes, rest + 6) == ' '
                && Ascii.matches(bytes, rest + 20, 4, GMT)) {
            return moment(number(bytes, rest + 7, 4), month(bytes, rest + 3),
                    number(bytes, rest, 2), time(bytes, rest + 11));
        }
        if (restLength == 22 && Ascii.at(bytes, rest + 2) == '-'
                && Ascii.at(bytes, rest + 6) == '-'
                && Ascii.matches(bytes, rest + 18, 4, GMT)) {
            int year = fullYear(number(bytes, rest + 7, 2), nowSecond);
            return moment(year, month(bytes, rest + 3), number(bytes, rest, 2),
                    time(bytes, rest + 9));
        }
        return INVALID;
    }

    /** {@code Sun Nov  6 08:49:37 1994}. */
    private static long asctime(MemorySegment bytes, long offset, int length) {
        if (length != 24 || !isWeekday(bytes, offset, 3) || Ascii.at(bytes, offset + 3) != ' '
                || Ascii.at(bytes, offset + 7) != ' ' || Ascii.at(bytes, offset + 19) != ' ') {
            return INVALID;
        }
        boolean oneDigit = Ascii.at(bytes, offset + 8) == ' ';
        int day = oneDigit ? number(bytes, offset + 9, 1) : number(bytes, offset + 8, 2);
        return moment(number(bytes, offset + 20, 4), month(bytes, offset + 4), day,
                time(bytes, offset + 10));
    }

    /** More than 50 years in the future means the century before. */
    private static int fullYear(int twoDigits, long nowSecond) {
        int thisYear = (int) (1970 + nowSecond / (SECONDS_A_DAY * 365.2425));
        int year = thisYear - thisYear % 100 + twoDigits;
        return twoDigits < 0 ? -1 : year > thisYear + 50 ? year - 100 : year;
    }

    /** {@return whether it begins with a day of the week; the long names are not spelled out} */
    private static boolean isWeekday(MemorySegment bytes, long offset, int length) {
        if (length < 3 || length > 9) {
            return false;
        }
        return indexOf(DAYS, bytes, offset) >= 0;
    }

    private static int month(MemorySegment bytes, long offset) {
        return indexOf(MONTHS, bytes, offset);
    }

    private static int indexOf(byte[] names, MemorySegment bytes, long offset) {
        for (int i = 0; i < names.length; i += 3) {
            if (Ascii.at(bytes, offset) == names[i] && Ascii.at(bytes, offset + 1) == names[i + 1]
                    && Ascii.at(bytes, offset + 2) == names[i + 2]) {
                return i / 3;
            }
        }
        return -1;
    }

    private static int number(MemorySegment bytes, long offset, int digits) {
        return (int) Ascii.decimal(bytes, offset, digits);
    }

    /** {@return the second of the day that is written as a blank and {@code hh:mm:ss}, or -1} */
    private static int time(MemorySegment bytes, long offset) {
        int hour = number(bytes, offset + 1, 2);
        int minute = number(bytes, offset + 4, 2);
        int second = number(bytes, offset + 7, 2);
        boolean good = Ascii.at(bytes, offset) == ' ' && Ascii.at(bytes, offset + 3) == ':'
                && Ascii.at(bytes, offset + 6) == ':' && hour >= 0 && hour < 24 && minute >= 0
                && minute < 60 && second >= 0 && second <= 60;
        return good ? hour * 3600 + minute * 60 + Math.min(second, 59) : -1;
    }

    private static long moment(int year, int month, int day, int time) {
        if (year < 1 || month < 0 || day < 1 || day > 31 || time < 0) {
            return INVALID;
        }
        int shiftedYear = month < 2 ? year - 1 : year;
        int shiftedMonth = month < 2 ? month + 10 : month - 2;
        long era = Math.floorDiv(shiftedYear, 400);
        int yearOfEra = (int) (shiftedYear - era * 400);
        int dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return (era * 146_097 + dayOfEra - 719_468) * SECONDS_A_DAY + time;
    }
}
