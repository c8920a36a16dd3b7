package vintk.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
    @TempDir
    Path folder;

    /** Ten grey images in two folders, image i of the colour 10·i. */
    @BeforeEach
    void tenImages() throws IOException {
        Files.createDirectories(folder.resolve("b/c"));
        for (int i = 0; i < 10; i++) {
            BufferedImage image = new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB);
            Graphics2D pen = image.createGraphics();
            pen.setColor(new Color(10 * i, 10 * i, 10 * i));
            pen.fillRect(0, 0, 9, 7);
            pen.dispose();
            ImageIO.write(
                    image,
                    "png",
                    folder.resolve((i % 2 == 0 ? "" : "b/c/") + i + ".PNG").toFile());
        }
        Files.writeString(folder.resolve("b/readme.txt"), "not an image");
        Files.writeString(folder.resolve("._1.png"), "what another system leaves behind");
    }

    /** Which of the ten images each sample is. */
    private static List<Long> colours(Batch batch) {
        List<Long> colours = new ArrayList<>();
        for (int sample = 0; sample < batch.samples(); sample++) {
            float red = batch.data()[batch.offset(sample, 0)];
            colours.add(Math.round((red * 0.229 + 0.485) * 25.5));
        }
        return colours;
    }

    @Test
    void namesAreSortedWithAllFoldersBelow() throws IOException {
        assertEquals(
                List.of(
                        "0.PNG",
                        "2.PNG",
                        "4.PNG",
                        "6.PNG",
                        "8.PNG",
                        "b/c/1.PNG",
                        "b/c/3.PNG",
                        "b/c/5.PNG",
                        "b/c/7.PNG",
                        "b/c/9.PNG"),
                new ImageFolder(folder).names());
    }

    @Test
    void imagesAreChosenBySeedWithoutRepeats() throws IOException {
        Inputs inputs = new ImageFolder(folder);
        Batch six = inputs.load(6, 3, 4, 4, 1);
        assertEquals(six, inputs.load(6, 3, 4, 4, 1));
        assertEquals(six.slice(0, 3), inputs.load(3, 3, 4, 4, 1));
        Set<List<Long>> choices = new HashSet<>();
        for (int seed = 0; seed < 5; seed++) {
            List<Long> all = colours(inputs.load(10, 3, 4, 4, seed));
            assertEquals(Set.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L), new HashSet<>(all));
            choices.add(all);
        }
        assertEquals(5, choices.size());
    }

    @Test
    void aBrokenImageIsReportedAndAnotherTaken() throws IOException {
        byte[] good = Files.readAllBytes(folder.resolve("2.PNG"));
        Files.write(folder.resolve("2.PNG"), Arrays.copyOf(good, good.length / 2));
        Files.writeString(folder.resolve("b/c/7.PNG"), "words");
        List<String> warnings = new ArrayList<>();
        Batch eight = new ImageFolder(folder).load(8, 3, 4, 4, 1, warnings::add);
        assertEquals(Set.of(0L, 1L, 3L, 4L, 5L, 6L, 8L, 9L), new HashSet<>(colours(eight)));
        assertTrue(warnings.size() <= 2, warnings::toString);
        warnings.clear();
        String few = assertThrows(IOException.class, () -> new ImageFolder(folder).load(9, 3, 4, 4, 1, warnings::add))
                .getMessage();
        assertTrue(few.startsWith(folder + ": expected 9 images or more, found 10 of which only 8 can be read ("), few);
        assertTrue(few.endsWith("); ask for at most 8 inputs"), few);
        assertEquals(2, warnings.size());
        assertTrue(
                warnings.contains(
                        folder.resolve("b/c/7.PNG") + ": passed over, it is not a JPEG, PNG, BMP, GIF or WebP image"),
                warnings::toString);
    }

    /** Where no warnings are shown the reason is all there is; fewer inputs would not help. */
    @Test
    void whyNoImageCanBeRead(@TempDir Path other) throws IOException {
        Files.writeString(other.resolve("a.png"), "words");
        assertEquals(
                other + ": expected 1 images or more, found 1 of which none can be read (a.png: it is not a JPEG, PNG,"
                        + " BMP, GIF or WebP image)",
                assertThrows(IOException.class, () -> new ImageFolder(other).load(1, 3, 4, 4, 1))
                        .getMessage());
    }

    @Test
    void tooFewImagesAreRefused() {
        assertEquals(
                folder
                        + ": expected 11 images or more, found 10 (jpg, png, bmp, gif, webp, in all folders below); ask for"
                        + " fewer inputs",
                assertThrows(IOException.class, () -> new ImageFolder(folder).load(11, 3, 4, 4, 1))
                        .getMessage());
        assertEquals(
                folder + ": images give 1 or 3 channels, but the model wants 4; use a .npy file, synthetic or noise",
                assertThrows(IOException.class, () -> new ImageFolder(folder).load(1, 4, 4, 4, 1))
                        .getMessage());
    }
}
