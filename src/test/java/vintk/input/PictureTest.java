package vintk.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferUShort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PictureTest {
    @TempDir
    Path folder;

    /** The colour in the middle of a file's picture, in 0 … 255. */
    private static double[] colour(Path file) throws IOException {
        Batch batch = Batch.zeros(1, 3, 3, 3);
        Picture.read(file, batch, 0);
        return new double[] {
            255 * (batch.data()[4] * 0.229 + 0.485),
            255 * (batch.data()[13] * 0.224 + 0.456),
            255 * (batch.data()[22] * 0.225 + 0.406)
        };
    }

    private static double grey(Path file) throws IOException {
        Batch batch = Batch.zeros(1, 1, 3, 3);
        Picture.read(file, batch, 0);
        return batch.data()[4];
    }

    private Path written(BufferedImage image, String format) throws IOException {
        Path file = folder.resolve("image");
        assertTrue(ImageIO.write(image, format, file.toFile()));
        return file;
    }

    private Path resource(String name) throws IOException {
        try (InputStream in = PictureTest.class.getResourceAsStream(name)) {
            return Files.write(folder.resolve("image"), in.readAllBytes());
        }
    }

    private static BufferedImage filled(int type, int argb) {
        BufferedImage image = new BufferedImage(12, 10, type);
        for (int y = 0; y < 10; y++) {
            for (int x = 0; x < 12; x++) {
                image.setRGB(x, y, argb);
            }
        }
        return image;
    }

    @ParameterizedTest
    @CsvSource({"png,0.01", "bmp,0.01", "gif,0.01", "jpg,2"})
    void everyFormatThatJavaWritesIsRead(String format, double tolerance) throws IOException {
        Path file = written(filled(BufferedImage.TYPE_INT_RGB, 0xff_c8_64_32), format);
        assertArrayEquals(new double[] {200, 100, 50}, colour(file), tolerance);
    }

    /** Made with Pillow: one colour (200, 100, 50); as CMYK (0, 128, 204, 40), which Pillow shows as (215, 107, 43). */
    @ParameterizedTest
    @CsvSource({"orange.webp,200,100,50,1", "orange-lossy.webp,200,100,50,3", "cmyk.jpg,215,107,43,3"})
    void webpAndCmykAreRead(String name, int red, int green, int blue, double tolerance) throws IOException {
        assertArrayEquals(new double[] {red, green, blue}, colour(resource(name)), tolerance);
    }

    @Test
    void transparencyIsDropped() throws IOException {
        Path file = written(filled(BufferedImage.TYPE_INT_ARGB, 0x01_c8_64_32), "png");
        assertArrayEquals(new double[] {200, 100, 50}, colour(file), 0.01);
    }

    @Test
    void greyKeepsItsValue() throws IOException {
        for (String format : new String[] {"png", "jpg"}) {
            BufferedImage image = new BufferedImage(12, 10, BufferedImage.TYPE_BYTE_GRAY);
            Arrays.fill(((DataBufferByte) image.getRaster().getDataBuffer()).getData(), (byte) 100);
            assertArrayEquals(new double[] {100, 100, 100}, colour(written(image, format)), 1, format);
        }
        BufferedImage deep = new BufferedImage(12, 10, BufferedImage.TYPE_USHORT_GRAY);
        Arrays.fill(((DataBufferUShort) deep.getRaster().getDataBuffer()).getData(), (short) 25700);
        assertArrayEquals(new double[] {100, 100, 100}, colour(written(deep, "png")), 0.01);
    }

    @Test
    void oneChannelIsTheLuma() throws IOException {
        Path file = written(filled(BufferedImage.TYPE_INT_RGB, 0xff_c8_64_32), "png");
        double luma = (0.299 * 200 + 0.587 * 100 + 0.114 * 50) / 255;
        assertEquals((luma - 0.458971) / 0.225609, grey(file), 2e-4);
    }

    @Test
    void hugeAndDamagedPicturesAreRefused() throws IOException {
        // A PNG of 20000 x 20000 pixels as far as its header goes.
        ByteBuffer png = ByteBuffer.allocate(45);
        png.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        byte[] header = ByteBuffer.allocate(17)
                .put("IHDR".getBytes(StandardCharsets.US_ASCII))
                .putInt(20_000)
                .putInt(20_000)
                .put(new byte[] {8, 2, 0, 0, 0})
                .array();
        CRC32 checksum = new CRC32();
        checksum.update(header);
        png.putInt(13).put(header).putInt((int) checksum.getValue());
        assertRefused(
                Files.write(folder.resolve("image"), png.array()),
                "it has 20000 x 20000 pixels, the limit is 100 million and 65535 a side");
        assertRefused(
                Files.write(folder.resolve("image"), new byte[0]), "it is not a JPEG, PNG, BMP, GIF or WebP image");
    }

    /** A progressive JPEG whose last scan is there once more, and once more: hours of work in a megabyte. */
    @Test
    void aPicturePaintedOverAndOver() throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam progressive = writer.getDefaultWriteParam();
        progressive.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(jpeg)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(filled(BufferedImage.TYPE_INT_RGB, 0x336699), null, null), progressive);
        } finally {
            writer.dispose();
        }
        byte[] bytes = jpeg.toByteArray();
        int last = bytes.length - 2;
        while (bytes[last] != (byte) 0xff || bytes[last + 1] != (byte) 0xda) {
            last--;
        }
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        bomb.write(bytes, 0, bytes.length - 2);
        for (int i = 0; i < 250; i++) {
            bomb.write(bytes, last, bytes.length - 2 - last);
        }
        bomb.write(bytes, bytes.length - 2, 2);
        Path file = Files.write(folder.resolve("image"), bomb.toByteArray());
        assertNotNull(Picture.decode(Files.write(folder.resolve("once"), bytes)));
        String message =
                assertThrows(IOException.class, () -> Picture.decode(file)).getMessage();
        // What is no part of the picture may look like scans: a film behind a photograph.
        ByteArrayOutputStream film = new ByteArrayOutputStream();
        film.write(bytes);
        for (int i = 0; i < 250; i++) {
            film.write(new byte[] {(byte) 0xff, (byte) 0xda});
        }
        assertNotNull(Picture.decode(Files.write(folder.resolve("film"), film.toByteArray())));
        assertTrue(message.matches("it is painted in 2\\d\\d scans, the limit is 200"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "bmp", "gif"})
    void picturesCutOffAreRefused(String format) throws IOException {
        BufferedImage image = filled(BufferedImage.TYPE_INT_RGB, 0);
        for (int i = 0; i < 120; i++) {
            image.setRGB(i % 12, i / 12, i * i * 2654435 & 0xffffff);
        }
        byte[] whole = Files.readAllBytes(written(image, format));
        for (int kept = 3; kept < whole.length * 0.9; kept += 7) {
            Path file = Files.write(folder.resolve("image"), Arrays.copyOf(whole, kept));
            IOException refused = assertThrows(IOException.class, () -> Picture.decode(file), "cut off after " + kept);
            assertNotNull(refused.getMessage());
        }
    }

    private static void assertRefused(Path file, String message) {
        assertEquals(
                message,
                assertThrows(IOException.class, () -> Picture.decode(file)).getMessage());
    }

    @ParameterizedTest
    @CsvSource({"50,37,14,14", "37,90,16,16", "10,7,24,24", "64,48,12,20", "33,200,30,10", "1,1,5,5"})
    void pillowResizesAlike(int width, int height, int cropHeight, int cropWidth) throws Exception {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, (x * x * 7 + y * 131 + x * y) * 2654435 & 0xffffff);
            }
        }
        written(image, "png");
        Python.run(
                folder,
                String.format(
                        """
                import numpy as np; from PIL import Image
                image = Image.open('image')
                w, h, ch, cw = %d, %d, %d, %d
                tall, wide = int(ch / 0.875 + 0.5), int(cw / 0.875 + 0.5)
                if tall * w >= wide * h:
                    wide = max(wide, tall * w // h)
                else:
                    tall = max(tall, wide * h // w)
                resized = image.resize((wide, tall), Image.BILINEAR)
                top, left = round((tall - ch) / 2.0), round((wide - cw) / 2.0)
                crop = resized.crop((left, top, left + cw, top + ch))
                np.save('crop.npy', np.asarray(crop).astype('f4'))
                """,
                        width, height, cropHeight, cropWidth));
        double[] crop = new Resampling(Picture.decode(folder.resolve("image")), cropHeight, cropWidth).crop();
        assertArrayEquals(Npy.read(folder.resolve("crop.npy")).doubles(), crop, 1.05);
    }
}
