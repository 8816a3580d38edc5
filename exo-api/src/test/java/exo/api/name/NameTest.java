// SPDX-License-Identifier: Apache-2.0
package exo.api.name;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class NameTest {
    @Test
    void shouldSpellWhatItParses() {
        for (String text : List.of("", "0", "255", "1.5.7", "0.0.0.0.0.0.0",
                "255.255.255.255.255.255.255", "1.0")) {
            assertEquals(text, Name.parse(text).toString());
        }
        assertEquals(Name.of(1, 5, 7), Name.parse("1.5.7"));
        assertEquals(Name.of(1, 5, 7).hashCode(), Name.parse("1.5.7").hashCode());
        assertEquals(Name.ROOT, Name.of());
        assertEquals(5, Name.of(1, 5, 7).number(1));
        assertEquals(3, Name.of(1, 5, 7).length());
        assertNotEquals(Name.of(1), Name.of(1, 0), "what is not there is not 0");
        assertNotEquals((Object) "1", Name.of(1));
    }

    @Test
    void shouldRefuseWhatIsNoName() {
        for (String text : List.of(".", "1.", ".1", "1..2", "01", "00", "256", "1000", "-1", "+1",
                " 1", "a", "1,2", "1.2.3.4.5.6.7.8")) {
            assertThrows(IllegalArgumentException.class, () -> Name.parse(text), text);
        }
        assertThrows(IllegalArgumentException.class, () -> Name.of(-1));
        assertThrows(IllegalArgumentException.class, () -> Name.of(1, 256));
        assertThrows(NullPointerException.class, () -> Name.parse(null));
        assertThrows(NullPointerException.class, () -> Name.of((int[]) null));
        assertThrows(NullPointerException.class, () -> Name.ROOT.isPrefixOf(null));
        assertThrows(NullPointerException.class, () -> Name.ROOT.compareTo(null));
        assertThrows(IndexOutOfBoundsException.class, () -> Name.of(1).number(1));
        assertThrows(IndexOutOfBoundsException.class, () -> Name.ROOT.number(0));
    }

    @Test
    void shouldEndAtSevenNumbers() {
        Name longest = Name.of(1, 2, 3, 4, 5, 6, 7);
        assertEquals(Name.MAX_LENGTH, longest.length());
        assertEquals(7, longest.number(6));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> longest.child(8));
        assertTrue(e.getMessage().contains("1.2.3.4.5.6.7"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Name.of(1, 2, 3, 4, 5, 6, 7, 8));
    }

    @Test
    void shouldStandAboveWhatItIsAPrefixOf() {
        Name longest = Name.of(255, 255, 255, 255, 255, 255, 255);
        assertTrue(Name.ROOT.isPrefixOf(Name.ROOT));
        assertTrue(Name.ROOT.isPrefixOf(longest));
        assertTrue(longest.isPrefixOf(longest));
        assertFalse(longest.isPrefixOf(Name.ROOT));
        assertFalse(longest.isPrefixOf(Name.of(255, 255, 255, 255, 255, 255)));
        assertTrue(Name.of(1).isPrefixOf(Name.of(1, 0)));
        assertFalse(Name.of(1, 0).isPrefixOf(Name.of(1)));
        assertFalse(Name.of(1).isPrefixOf(Name.of(15)));
        assertFalse(Name.of(0).isPrefixOf(Name.ROOT));
    }

    @Test
    void shouldAgreeWithListsOfNumbers() {
        List<List<Integer>> all = lists();
        assertEquals(1 + 4 + 16 + 64 + 256, all.size());
        for (List<Integer> a : all) {
            for (List<Integer> b : all) {
                Name left = name(a);
                Name right = name(b);
                boolean prefix = a.size() <= b.size() && b.subList(0, a.size()).equals(a);
                assertEquals(prefix, left.isPrefixOf(right), a + " " + b);
                assertEquals(a.equals(b), left.equals(right), a + " " + b);
                assertEquals(Integer.signum(compare(a, b)), Integer.signum(left.compareTo(right)),
                        a + " " + b);
            }
        }
    }

    /** {@return all lists of up to four numbers from the borders of their range} */
    private static List<List<Integer>> lists() {
        List<List<Integer>> all = new ArrayList<>(List.of(List.of()));
        for (int i = 0; all.get(i).size() < 4; i++) {
            for (int number : new int[]{0, 127, 128, 255}) {
                List<Integer> longer = new ArrayList<>(all.get(i));
                longer.add(number);
                all.add(longer);
            }
        }
        return all;
    }

    private static Name name(List<Integer> numbers) {
        return Name.of(numbers.stream().mapToInt(Integer::intValue).toArray());
    }

    private static int compare(List<Integer> a, List<Integer> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            if (!a.get(i).equals(b.get(i))) {
                return a.get(i) - b.get(i);
            }
        }
        return a.size() - b.size();
    }
}
