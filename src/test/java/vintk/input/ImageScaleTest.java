package vintk.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageScaleTest {
    /** One image of one row with all numbers of an image file, in so many channels. */
    private static Batch all(int channels) {
        Batch batch = Batch.zeros(1, channels, 1, 256);
        for (int i = 0; i < batch.data().length; i++) {
            batch.data()[i] = i % 256;
        }
        return batch;
    }

    @Test
    void normalisedAsForImageNet() {
        Batch normalised = ImageScale.PIXELS.normalised(all(3));
        assertEquals((124 / 255.0 - 0.485) / 0.229, normalised.data()[124], 1e-6);
        assertEquals((1 - 0.456) / 0.224, normalised.data()[256 + 255], 1e-6);
        assertEquals(-0.406 / 0.225, normalised.data()[512], 1e-6);
        double mean = 0.299 * 0.485 + 0.587 * 0.456 + 0.114 * 0.406;
        double deviation = 0.299 * 0.229 + 0.587 * 0.224 + 0.114 * 0.225;
        assertEquals(
                (10 / 255.0 - mean) / deviation,
                ImageScale.PIXELS.normalised(all(1)).data()[10],
                1e-6);
    }

    @Test
    void thereAndBack() {
        for (int channels : new int[] {1, 3, 4}) {
            Batch pixels = all(channels);
            assertEquals(pixels, ImageScale.PIXELS.of(ImageScale.PIXELS.normalised(pixels)));
            Batch unit = ImageScale.UNIT.of(ImageScale.PIXELS.normalised(pixels));
            assertEquals(77 / 255.0, unit.data()[77], 1e-6);
            assertEquals(pixels, ImageScale.PIXELS.of(ImageScale.UNIT.normalised(unit)));
        }
    }

    /** As views of images have them: no image file has such a number. */
    @Test
    void whatNoImageHasIsCut() {
        Batch far = new Batch(1, 1, 1, 3, new float[] {-9, 9, 0.001f});
        assertArrayEquals(new float[] {0, 255, 117}, ImageScale.PIXELS.of(far).data());
        assertArrayEquals(new float[] {0, 1}, new float[] {
            ImageScale.UNIT.of(far).data()[0], ImageScale.UNIT.of(far).data()[1]
        });
    }

    /** A file of bytes holds pixels, one of floats what is normalised already. */
    @Test
    void filesOfBytesAreNormalised(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("x.npy");
        byte[] header = ("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 3, 1, 2), }" + " ".repeat(52) + "\n")
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        byte[] bytes = new byte[10 + header.length + 6];
        System.arraycopy(
                new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length, 0}, 0, bytes, 0, 10);
        System.arraycopy(header, 0, bytes, 10, header.length);
        System.arraycopy(new byte[] {0, (byte) 255, 1, 2, 3, 4}, 0, bytes, 10 + header.length, 6);
        Files.write(file, bytes);
        Batch read = Inputs.parse(file.toString()).load(1, 3, 1, 2, 0);
        assertEquals((1 - 0.485) / 0.229, read.data()[1], 1e-6);
        Inputs scaled = Inputs.parse("pixels:" + file);
        assertEquals(ImageScale.PIXELS, scaled.scale());
        assertArrayEquals(
                new float[] {0, 255, 1, 2, 3, 4},
                scaled.scale().of(scaled.load(1, 3, 1, 2, 0)).data());
        assertEquals("pixels:" + file, scaled.spec());
        assertEquals(ImageScale.UNIT, Inputs.parse("unit:noise").scale());
    }
}
