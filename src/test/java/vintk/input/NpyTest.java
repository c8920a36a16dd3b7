package vintk.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TimeZone;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpyTest {
    @TempDir
    Path folder;

    @Provide
    Arbitrary<long[]> shapes() {
        return Arbitraries.longs().between(0, 7).array(long[].class).ofMaxSize(4);
    }

    @Property(tries = 200)
    void whatIsWrittenIsReadBack(@ForAll("shapes") long[] shape, @ForAll long bits, @ForAll boolean wide)
            throws IOException {
        int size = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        double[] doubles = new double[size];
        float[] floats = new float[size];
        for (int i = 0; i < size; i++) {
            // Any bit pattern: NaN, infinities and subnormals are values too.
            doubles[i] = Double.longBitsToDouble(bits * (2 * i + 1) + i);
            floats[i] = Float.intBitsToFloat((int) bits * (2 * i + 1) + i);
        }
        NpyArray array = wide ? NpyArray.of(shape, doubles) : NpyArray.of(shape, floats);
        Path file = Files.createTempFile("vintk", ".npy");
        try {
            Npy.write(file, array);
            assertEquals(array, Npy.read(file));
            assertEquals(0, (Files.size(file) - (wide ? 8L : 4L) * size) % 64, "values begin at a multiple of 64");
        } finally {
            Files.delete(file);
        }
    }

    /** A file made by hand: [2, 3] holding 0 … 5 in C order, or the same array with its bytes in Fortran order. */
    private Path byHand(int version, String descr, boolean fortran) throws IOException {
        int[] values = fortran ? new int[] {0, 3, 1, 4, 2, 5} : new int[] {0, 1, 2, 3, 4, 5};
        ByteBuffer data =
                ByteBuffer.allocate(48).order(descr.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            switch (descr.substring(1)) {
                case "f4" -> data.putFloat(value);
                case "f8" -> data.putDouble(value);
                case "i4" -> data.putInt(value);
                case "i8" -> data.putLong(value);
                default -> data.put((byte) value);
            }
        }
        String header =
                "{'shape': (2L, 3), 'fortran_order': " + (fortran ? "True" : "False") + ", 'descr': '" + descr + "'}\n";
        return file(version, header, Arrays.copyOf(data.array(), data.position()));
    }

    private Path file(int version, String header, byte[] data) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        ByteBuffer length =
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(header.length());
        bytes.write(length.array(), 0, version == 1 ? 2 : 4);
        bytes.write(header.getBytes(StandardCharsets.ISO_8859_1));
        bytes.write(data);
        return Files.write(folder.resolve("hand.npy"), bytes.toByteArray());
    }

    @ParameterizedTest
    @CsvSource({
        "1,<f4,false",
        "2,<f8,false",
        "3,>f4,false",
        "1,>f8,true",
        "1,<i4,true",
        "2,>i4,false",
        "1,<i8,false",
        "1,>i8,true",
        "1,|u1,true",
        "1,<f4,true",
        "3,=f4,false"
    })
    void everyVersionTypeAndOrderIsRead(int version, String descr, boolean fortran) throws IOException {
        NpyArray array = Npy.read(byHand(version, descr, fortran));
        assertEquals(descr.substring(1) + "(2, 3)", array.toString());
        assertArrayEquals(new double[] {0, 1, 2, 3, 4, 5}, array.doubles());
        assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, array.floats());
    }

    @Test
    void booleansAreZeroAndOne() throws IOException {
        assertArrayEquals(
                new float[] {0, 1, 1, 1, 1, 1},
                Npy.read(byHand(1, "|b1", false)).floats());
    }

    @Test
    void filesThatLieAreRefused() throws IOException {
        String shape = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }";
        byte[] eight = new byte[8];
        assertRefused(
                file(1, String.format(shape, "3,"), eight),
                "shape [3] of f4 needs 12 bytes, the file has 8 after its header; it is cut off or damaged");
        assertRefused(
                file(1, String.format(shape, "4611686018427387904, 4"), eight),
                "the header's shape [4611686018427387904, 4] is more than 2^63 bytes; the file is damaged");
        assertRefused(
                file(1, String.format(shape, "100000, 100000"), eight),
                "shape [100000, 100000] of f4 needs 40000000000 bytes, the file has 8 after its header; it is cut off"
                        + " or damaged");
        assertRefused(
                file(1, String.format(shape, "-3,"), eight),
                "the .npy header has no readable 'shape': {'descr': '<f4', 'fortran_order': False, 'shape': (-3,), }");
        assertRefused(
                file(1, "{'descr': '<f2', 'fortran_order': False, 'shape': (1,), }", eight),
                "expected element type f4, f8, i4, i8, u1 or b1, got '<f2'; convert with array.astype('f4')");
        assertRefused(
                file(1, "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }", eight),
                "structured arrays (records with fields) are not read; save one field as f4 or f8");
        assertRefused(
                file(1, String.format(shape, "1,".repeat(20_000)), eight),
                "expected a shape of at most 64 axes, got 20000; the file is damaged");
        assertRefused(
                file(1, "{'descr': '" + "x".repeat(50_000) + "', 'fortran_order': False, 'shape': (1,), }", eight),
                "expected element type f4, f8, i4, i8, u1 or b1, got '" + "x".repeat(120)
                        + "...'; convert with array.astype('f4')");
        assertRefused(file(4, "", eight), "expected .npy format version 1, 2 or 3, got 4");
        byte[] bytes = Files.readAllBytes(file(2, "", eight));
        bytes[11] = (byte) 0xff;
        assertRefused(
                Files.write(folder.resolve("hand.npy"), bytes),
                "the header claims 4278190080 bytes, expected at most 65536; the file is damaged");
        assertRefused(
                Files.writeString(folder.resolve("hand.npy"), "these are words"),
                "not a .npy file: expected it to begin with \\x93NUMPY");
        assertRefused(
                Files.write(folder.resolve("hand.npy"), new byte[0]),
                "the file ends inside the .npy header; it is cut off or not a .npy file");
    }

    private static void assertRefused(Path file, String message) {
        assertEquals(
                file + ": " + message,
                assertThrows(IOException.class, () -> Npy.read(file)).getMessage());
    }

    @Test
    void archivesAreTheSameBytesAtAnyTimeAndPlace() throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("blocks.0/weight", NpyArray.of(new long[] {2, 2}, new double[] {1, 2, 3, 4}));
        arrays.put("a", NpyArray.of(new long[] {3}, new float[] {1, 2, 3}));
        Npy.writeZip(folder.resolve("one.npz"), arrays);
        TimeZone here = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
            Npy.writeZip(folder.resolve("two.npz"), arrays);
        } finally {
            TimeZone.setDefault(here);
        }
        assertEquals(-1, Files.mismatch(folder.resolve("one.npz"), folder.resolve("two.npz")));
    }

    @Test
    void numpyReadsWhatIsWrittenAndIsReadItself() throws Exception {
        NpyArray doubles = NpyArray.of(new long[] {2, 3}, new double[] {0, 1, 2, 3, 4, 1e300});
        Npy.write(folder.resolve("d.npy"), doubles);
        Npy.write(folder.resolve("scalar.npy"), NpyArray.of(new long[0], new float[] {7}));
        Npy.writeZip(folder.resolve("z.npz"), Map.of("w/x", doubles));
        Python.run(
                folder,
                """
                import numpy as np
                d = np.load('d.npy')
                assert d.dtype == np.float64 and d.tolist() == [[0, 1, 2], [3, 4, 1e300]], d
                s = np.load('scalar.npy')
                assert s.shape == () and s == 7 and s.dtype == np.float32, s
                z = np.load('z.npz')
                assert list(z) == ['w/x'] and (z['w/x'] == d).all(), list(z)
                a = np.arange(24).reshape(2, 3, 4)
                np.save('f.npy', np.asfortranarray(a.astype('>f4')))
                np.save('t.npy', a.T.astype('i8'))
                np.save('b.npy', a % 2 == 1)
                np.lib.format.write_array(open('v3.npy', 'wb'), a.astype('u1'), version=(3, 0))
                """);
        double[] counting = new double[24];
        double[] odd = new double[24];
        for (int i = 0; i < 24; i++) {
            counting[i] = i;
            odd[i] = i % 2;
        }
        assertArrayEquals(counting, Npy.read(folder.resolve("f.npy")).doubles());
        assertArrayEquals(counting, Npy.read(folder.resolve("v3.npy")).doubles());
        assertArrayEquals(odd, Npy.read(folder.resolve("b.npy")).doubles());
        NpyArray transposed = Npy.read(folder.resolve("t.npy"));
        assertEquals("i8(4, 3, 2)", transposed.toString());
        assertTrue(transposed.doubles()[1] == 12 && transposed.doubles()[2] == 4);
    }
}
