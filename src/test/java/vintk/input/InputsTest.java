package vintk.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputsTest {
    @TempDir
    Path folder;

    @Test
    void textsNameSources() throws IOException {
        assertEquals(new Synthetic(), Inputs.parse("synthetic"));
        assertEquals(new Noise(), Inputs.parse("noise"));
        assertEquals(new ImageFolder(folder), Inputs.parse(folder.toString()));
        Path file = Files.createFile(folder.resolve("x.npy"));
        assertEquals(new NpyFile(file, Optional.empty(), ImageScale.NORMALISED), Inputs.parse(file.toString()));
        assertEquals(file.toString(), Inputs.parse(file.toString()).spec());
    }

    @Test
    void anythingElseIsRefused() throws IOException {
        String rule = "Inputs: expected 'synthetic', 'noise', a folder of images or a .npy file; got '";
        assertEquals(
                rule + "nosie', where no file or folder is",
                assertThrows(IllegalArgumentException.class, () -> Inputs.parse("nosie"))
                        .getMessage());
        Path file = Files.createFile(folder.resolve("cat.jpg"));
        assertEquals(
                rule + file + "', which is a file, but not a .npy file",
                assertThrows(IllegalArgumentException.class, () -> Inputs.parse(file.toString()))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> Inputs.parse(""));
        assertThrows(IllegalArgumentException.class, () -> Inputs.parse("a\0b"));
    }

    @Test
    void anArrayGivesItsFirstImages() throws IOException {
        float[] values = new float[4 * 3 * 2 * 5];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Path file = folder.resolve("x.npy");
        Npy.write(file, NpyArray.of(new long[] {4, 3, 2, 5}, values));
        Inputs inputs = new NpyFile(file, Optional.empty(), ImageScale.NORMALISED);
        assertEquals(new Batch(4, 3, 2, 5, values).slice(0, 3), inputs.load(3, 3, 2, 5, 9));
        assertRefused(inputs, 3, 5, "expected images of shape (3 or more, 3, 5, 5), got (4, 3, 2, 5)");
        assertRefused(
                inputs,
                5,
                2,
                "expected images of shape (5 or more, 3, 2, 5), got (4, 3, 2, 5); ask for at most 4 inputs or"
                        + " save more");
        values[1] = Float.NaN;
        Npy.write(file, NpyArray.of(new long[] {4, 3, 2, 5}, values));
        assertRefused(
                inputs,
                3,
                2,
                "expected finite values, got 1 of 90 that are NaN or infinite; the first is NaN at sample 0, channel 0,"
                        + " row 0, column 1");
    }

    /** A header of a hundred bytes may claim 2^40 channels of no pixels. */
    @ParameterizedTest
    @ValueSource(strings = {"0,3,8,8", "4,0,8,8", "4,1099511627776,0,8"})
    void anArrayOfNothing(String extents) throws IOException {
        long[] shape =
                Arrays.stream(extents.split(",")).mapToLong(Long::parseLong).toArray();
        Path file = folder.resolve("none.npy");
        NpyArray nothing = NpyArray.of(shape, new float[0]);
        Npy.write(file, nothing);
        IOException refused = assertThrows(
                IOException.class, () -> Inputs.parse(file.toString()).require(4));
        assertEquals(
                file + ": expected an array of images [N, C, H, W], none of the extents 0, got shape "
                        + nothing.shapeText(),
                refused.getMessage());
    }

    private static void assertRefused(Inputs inputs, int samples, int height, String message) {
        Exception refused = assertThrows(Exception.class, () -> inputs.load(samples, 3, height, 5, 9));
        assertEquals(inputs.spec() + ": " + message, refused.getMessage());
    }
}
