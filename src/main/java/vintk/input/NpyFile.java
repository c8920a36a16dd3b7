package vintk.input;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A {@code .npy} file with an array [N, C, H, W] of images: the first {@code samples} of them, whatever the seed. Those of bytes are
 * pixels, which are normalised as those of image files; others are of a scale that is said.
 *
 * @param path the file
 * @param classes a {@code .npy} file with the class of each, integers [N], where it is known
 * @param floats the scale of those that are no bytes
 */
public record NpyFile(Path path, Optional<Path> classes, ImageScale floats) implements Inputs {

    @Override
    public Batch load(int samples, int channels, int height, int width, long seed, Consumer<String> warnings)
            throws IOException {
        NpyArray array = Npy.read(path);
        long[] shape = array.shape();
        String expected =
                "expected images of shape (" + samples + " or more, " + channels + ", " + height + ", " + width + ")";
        if (shape.length != 4 || !Arrays.equals(shape, 1, 4, new long[] {channels, height, width}, 0, 3)) {
            throw new IOException(path + ": " + expected + ", got " + array.shapeText());
        }
        boolean pixels = array.type() == NpyArray.DType.U1;
        if (!pixels && array.type() != NpyArray.DType.F4 && array.type() != NpyArray.DType.F8) {
            throw new IOException(path + ": " + expected + ", floats or bytes, got "
                    + array.type().code() + "; save them with array.astype('f4') or array.astype('u1')");
        }
        if (shape[0] < samples) {
            throw new IOException(path + ": " + expected + ", got " + array.shapeText() + "; ask for at most "
                    + shape[0] + " inputs or save more");
        }
        Batch whole = new Batch((int) shape[0], channels, height, width, array.floats());
        Batch first = whole.slice(0, samples).requireFinite(path.toString());
        return (pixels ? ImageScale.PIXELS : floats).normalised(first);
    }

    @Override
    public boolean areDrawn() {
        return false;
    }

    @Override
    public void require(int samples) throws IOException {
        NpyArray array = Npy.read(path);
        long[] shape = array.shape();
        // Beside an extent of 0 the others may be of any size.
        if (shape.length != 4 || Arrays.stream(shape).anyMatch(extent -> extent < 1)) {
            throw new IOException(path + ": expected an array of images [N, C, H, W], none of the extents 0, got shape "
                    + array.shapeText());
        }
        load(samples, Math.toIntExact(shape[1]), Math.toIntExact(shape[2]), Math.toIntExact(shape[3]), 0);
    }

    @Override
    public int[] labels(int samples) throws IOException {
        if (classes.isEmpty()) {
            return new int[0];
        }
        NpyArray array = Npy.read(classes.get());
        double[] numbers = array.doubles();
        boolean integers = Arrays.stream(numbers).allMatch(number -> number == (int) number);
        if (array.shape().length != 1 || numbers.length < samples || !integers) {
            throw new IOException(classes.get() + ": expected the class of each input, " + samples
                    + " or more integers of shape [N], got "
                    + (integers ? "shape " + array.shapeText() : "other numbers"));
        }
        return Arrays.stream(numbers)
                .limit(samples)
                .mapToInt(number -> (int) number)
                .toArray();
    }

    @Override
    public String content() throws IOException {
        String labels =
                classes.isEmpty() ? "" : " classes " + Npy.read(classes.get()).digest();
        return " " + Npy.read(path).digest() + labels;
    }

    @Override
    public String spec() {
        return path.toString();
    }
}
