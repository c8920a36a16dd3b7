package vintk.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import vintk.input.ImageScale;
import vintk.input.Inputs;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.rank.ImageLayout;
import vintk.runtime.OnnxNetwork;
import vintk.space.RandomStream;

/**
 * What a command gives to one model: rows of a .npy file, or samples made in the shape that the model takes.
 *
 * @param data [count, ...sample], all of them finite
 * @param scale of images, where somebody said one
 */
record Samples(int count, Shape sample, float[] data, ImageScale scale) {

    /**
     * Samples for a model.
     *
     * @param option that names them, for messages
     * @param what a .npy file, a folder of images, synthetic, noise
     * @param batch how many, or null for all of a file, and {@code usual} of everything else
     * @throws IllegalArgumentException where they are not what the model takes
     */
    static Samples of(
            OnnxNetwork network,
            String option,
            String what,
            Integer batch,
            int usual,
            SizeFlags size,
            CommonOptions common)
            throws IOException {
        if (batch != null) {
            CommonOptions.atLeastOne("--batch", batch);
        }
        if (what.endsWith(".npy")) {
            return file(network, what, batch);
        }
        DataType type = network.samplesType();
        int count = batch == null ? usual : batch;
        Shape sample = size.sample(network, common::remark);
        if (sample.rank() == 3) {
            Inputs inputs = Inputs.parse(what);
            ImageLayout layout = ImageLayout.of(sample, type, inputs.scale());
            ImageLayout.remark(network, inputs.scale()).ifPresent(common::remark);
            float[] images = layout.data(layout.load(inputs, count, common.seed, common::remark));
            return new Samples(count, sample, images, inputs.scale());
        }
        if (!what.equals("synthetic") && !what.equals("noise")) {
            throw new IllegalArgumentException(option + " " + what
                    + " gives images, but the model takes samples of shape " + sample + "; give a .npy file, or noise");
        }
        if (!type.isFloating()) {
            common.remark("input '" + network.samplesInput()
                    + "' takes integers: noise is rounded to a few of them around 0, give a .npy file");
        } else if (what.equals("synthetic")) {
            common.remark("samples of shape " + sample + " are no images: they are noise");
        }
        float[] noise = new float[Math.toIntExact(sample.prepend(count).elements())];
        RandomStream.of(common.seed, "noise").normal(noise, 1);
        return new Samples(count, sample, noise, ImageScale.NORMALISED);
    }

    private static Samples file(OnnxNetwork network, String what, Integer batch) throws IOException {
        String path = ImageScale.source(what);
        NpyArray array = Npy.read(Path.of(path)).withFirst(Math.max(0, network.batchAxis()));
        Shape shape = Shape.of(array.shape());
        if (shape.rank() == 0 || shape.dim(0) == 0) {
            throw new IllegalArgumentException(what + ": expected samples [N, ...], got shape " + array.shapeText());
        }
        long rows = shape.dim(0);
        if (batch != null && batch > rows) {
            throw new IllegalArgumentException("--batch " + batch + ": " + what + " has " + rows + " samples");
        }
        Shape sample = shape.slice(1, shape.rank());
        network.requireSample(sample, what);
        int count = Math.toIntExact(batch == null ? rows : batch);
        float[] data = array.floats();
        if (count < rows) {
            data = Arrays.copyOf(data, Math.toIntExact(sample.prepend(count).elements()));
        }
        DataType type = network.samplesType();
        for (int i = 0; i < data.length; i++) {
            if (!Float.isFinite(data[i])) {
                throw new IllegalArgumentException(
                        path + ": expected finite numbers, got " + data[i] + " at element " + i);
            }
            if (data[i] != type.nearest(data[i])) {
                throw new IllegalArgumentException(path + ": the model takes " + type + ", got " + data[i]
                        + " at element " + i + ": give what the model itself normalises");
            }
        }
        return new Samples(count, sample, data, ImageScale.of(what));
    }
}
