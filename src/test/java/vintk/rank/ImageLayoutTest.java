package vintk.rank;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import vintk.input.Batch;
import vintk.input.ImageScale;
import vintk.onnx.Shape;

class ImageLayoutTest {
    /** Two images of 1×2 pixels and three channels. */
    private static final float[] FIRST = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

    private static final float[] LAST = {1, 3, 5, 2, 4, 6, 7, 9, 11, 8, 10, 12};

    @Test
    void channelsFirst() {
        ImageLayout layout = new ImageLayout(Shape.of(3, 1, 2), ImageScale.NORMALISED);
        Batch images = layout.images(2, FIRST);
        assertEquals(3, images.channels());
        assertArrayEquals(FIRST, images.data());
        assertArrayEquals(FIRST, layout.data(images));
    }

    @Test
    void channelsLast() {
        ImageLayout layout = new ImageLayout(Shape.of(4, 2, 3), ImageScale.NORMALISED);
        float[] data = new float[48];
        for (int i = 0; i < data.length; i++) {
            data[i] = i;
        }
        Batch images = layout.images(2, data);
        assertArrayEquals(new int[] {3, 4, 2}, new int[] {images.channels(), images.height(), images.width()});
        // The second pixel's third channel of the second image.
        assertEquals(24 + 5, images.data()[images.offset(1, 2) + 1]);
        assertArrayEquals(data, layout.data(images));
    }

    /** One row of three pixels, or three channels: those in front are meant. */
    @Test
    void whatCouldBeBothIsChannelsFirst() {
        assertArrayEquals(
                FIRST,
                new ImageLayout(Shape.of(3, 2, 1), ImageScale.NORMALISED)
                        .images(2, FIRST)
                        .data());
        assertArrayEquals(
                LAST,
                new ImageLayout(Shape.of(2, 1, 3), ImageScale.NORMALISED)
                        .data(new ImageLayout(Shape.of(3, 2, 1), ImageScale.NORMALISED).images(2, FIRST)));
    }
}
