package vintk.input;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * One image file, decoded, resized, cropped and normalised as is usual for networks trained on ImageNet.
 *
 * <p>JPEG (grey, YCbCr, CMYK), PNG, BMP, GIF (the first picture) and WebP, told by their contents. An alpha channel is
 * dropped, and an orientation tag and a colour profile (but that of CMYK) are not obeyed, as torchvision's image folder
 * does it. Normalised as {@link ImageScale} has it; one channel is the luma of the three.
 *
 * <p>A file is not trusted: its size in pixels is read from its header, and {@link #MOST_PIXELS} and
 * {@link #LONGEST_SIDE} are the limits.
 */
final class Picture {
    /** 100 megapixels: 400 MB when decoded. */
    static final long MOST_PIXELS = 100_000_000;

    /** The longest side of a JPEG; a picture of one line of 100 million pixels is nobody's photograph. */
    static final int LONGEST_SIDE = 65_535;

    /** Of a progressive JPEG; common ones have ten. */
    private static final int MOST_SCANS = 200;

    /** Markers of a JPEG: a frame that is not progressive, a scan, the end of the picture. */
    private static final int BASELINE = 0xc0;

    private static final int SEQUENTIAL = 0xc1;

    private static final int SCAN = 0xda;

    private static final int END = 0xd9;

    /** Where a frame has the number of its components: behind precision, height and width. */
    private static final int COMPONENTS = 5;

    private Picture() {}

    /**
     * Reads a file into one sample of a batch, whose height, width and channels (1 or 3) it takes.
     *
     * @throws IOException when the file is not an image, is damaged or too large; the message lacks the file's name
     */
    static void read(Path file, Batch batch, int sample) throws IOException {
        double[] rgb = new Resampling(decode(file), batch.height(), batch.width()).crop();
        int channels = batch.channels();
        for (int pixel = 0; pixel < batch.planeSize(); pixel++) {
            double luma = 0;
            for (int c = 0; c < 3; c++) {
                double value = rgb[3 * pixel + c];
                luma += ImageScale.LUMA[c] * value;
                if (channels == 3) {
                    batch.data()[batch.offset(sample, c) + pixel] =
                            (float) ImageScale.PIXELS.normalised(value, c, channels);
                }
            }
            if (channels == 1) {
                batch.data()[batch.offset(sample, 0) + pixel] = (float) ImageScale.PIXELS.normalised(luma, 0, channels);
            }
        }
    }

    /** Decodes the first picture of a file. */
    static BufferedImage decode(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException("it may not be read");
        }
        try (ImageInputStream stream = ImageIO.createImageInputStream(file.toFile())) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw new IOException("it is not a JPEG, PNG, BMP, GIF or WebP image");
            }
            ImageReader reader = readers.next();
            if (reader.getFormatName().equals("JPEG")) {
                requireScans(file);
            }
            try {
                return decode(reader, stream);
            } finally {
                reader.dispose();
            }
        } catch (EOFException e) {
            throw new IOException("it is cut off", e);
        } catch (RuntimeException e) {
            // Readers meet damaged files with whatever their arithmetic runs into.
            throw new IOException("it is damaged" + (e.getMessage() == null ? "" : " (" + e.getMessage() + ")"), e);
        }
    }

    private static BufferedImage decode(ImageReader reader, ImageInputStream stream) throws IOException {
        // Metadata is ignored: it is not needed, and compressed text in it could be of any size.
        reader.setInput(stream, true, true);
        List<String> complaints = new ArrayList<>();
        reader.addIIOReadWarningListener((source, complaint) -> complaints.add(complaint));
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > MOST_PIXELS || Math.max(width, height) > LONGEST_SIDE) {
            throw new IOException("it has " + width + " x " + height + " pixels, the limit is "
                    + MOST_PIXELS / 1_000_000 + " million and " + LONGEST_SIDE + " a side");
        }
        BufferedImage image = reader.read(0);
        for (String complaint : complaints) {
            // To the JPEG reader a missing half is worth a warning, and it paints that half grey.
            if (complaint.toLowerCase(Locale.ROOT).contains("premature end")) {
                throw new IOException("it is damaged or cut off (" + complaint + ")");
            }
        }
        return image;
    }

    /**
     * A JPEG may be painted over thousands of times, and nobody can stop the reader: its scans are counted. Where the first one has all
     * components, and nothing is progressive, it is the only one that is read.
     */
    private static void requireScans(Path file) throws IOException {
        int scans = 0;
        int alone = -1;
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            // What stands behind the end of the picture, or within other segments, is no scan.
            for (int marker = nextMarker(in); marker >= 0 && marker != END; marker = nextMarker(in)) {
                if (marker <= 0x01 || marker >= 0xd0 && marker < END) {
                    continue;
                }
                byte[] segment = in.readNBytes(Math.max(0, in.readUnsignedShort() - 2));
                if ((marker == BASELINE || marker == SEQUENTIAL) && segment.length > COMPONENTS) {
                    alone = segment[COMPONENTS];
                }
                if (marker == SCAN && ++scans == 1 && segment.length > 0 && segment[0] == alone) {
                    return;
                }
            }
        }
        if (scans > MOST_SCANS) {
            throw new IOException("it is painted in " + scans + " scans, the limit is " + MOST_SCANS);
        }
    }

    /** The byte behind the next FF, of which there may be several; -1 at the end. */
    private static int nextMarker(InputStream in) throws IOException {
        int next = in.read();
        while (next >= 0 && next != 0xff) {
            next = in.read();
        }
        while (next == 0xff) {
            next = in.read();
        }
        return next;
    }

    /**
     * One row of an image as R, G, B in 0 … 255.
     *
     * <p>The samples are taken as they are stored wherever the picture has one or three of them per pixel. Java's own
     * conversion to sRGB would apply the file's colour profile, pixel by pixel and slowly, and it holds grey images to be
     * linear in light, so that it would brighten them, 128 to 188.
     */
    static void row(BufferedImage image, int y, int[] argb, double[] rgb) {
        if (isStoredPlainly(image.getColorModel())) {
            Raster raster = image.getRaster();
            double scale = 255.0 / ((1 << image.getColorModel().getComponentSize(0)) - 1);
            boolean grey = raster.getNumBands() < 3;
            for (int x = 0; x < image.getWidth(); x++) {
                for (int c = 0; c < 3; c++) {
                    rgb[3 * x + c] = raster.getSample(x, y, grey ? 0 : c) * scale;
                }
            }
            return;
        }
        image.getRGB(0, y, image.getWidth(), 1, argb, 0, image.getWidth());
        for (int x = 0; x < image.getWidth(); x++) {
            rgb[3 * x] = argb[x] >> 16 & 0xff;
            rgb[3 * x + 1] = argb[x] >> 8 & 0xff;
            rgb[3 * x + 2] = argb[x] & 0xff;
        }
    }

    private static boolean isStoredPlainly(ColorModel model) {
        int space = model.getColorSpace().getType();
        int samples = model.getTransferType();
        return model instanceof ComponentColorModel
                && (space == ColorSpace.TYPE_GRAY || space == ColorSpace.TYPE_RGB)
                && (samples == DataBuffer.TYPE_BYTE || samples == DataBuffer.TYPE_USHORT)
                && !(model.hasAlpha() && model.isAlphaPremultiplied());
    }
}
