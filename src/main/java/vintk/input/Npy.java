package vintk.input;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import vintk.file.AtomicFile;
import vintk.file.RegularFile;

/**
 * NumPy's {@code .npy} files, in and out, and {@code .npz} archives, out.
 *
 * <p>Read: format versions 1 to 3, little and big endian, C and Fortran order, element types {@code f4 f8 i4 i8 u1 b1};
 * the values come out in C order. Written: version 1, little endian, C order, {@code f4} or {@code f8}. The same arrays
 * give the same bytes at any time and on any machine.
 *
 * <p>A file is not trusted: the shape in its header is compared with the file's size before anything is allocated.
 */
public final class Npy {
    private static final int CHUNK = 1 << 16;
    /**
     * A local time, so that the bytes do not depend on the time zone. Not 1980-01-01, the earliest a zip entry can have:
     * the Java library takes that for "earlier still" and adds a second time stamp, in UTC.
     */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private Npy() {}

    /**
     * Reads one array.
     *
     * @throws IOException naming the file, and what was expected and found in it
     */
    public static NpyArray read(Path file) throws IOException {
        RegularFile.require(file, "a .npy file");
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            try {
                NpyHeader header = NpyHeader.read(channel);
                long there = channel.size() - channel.position();
                return readValues(header, checkedSize(header, there), channel);
            } catch (IOException e) {
                throw new IOException(file + ": " + e.getMessage(), e);
            }
        }
    }

    private static int checkedSize(NpyHeader header, long bytesThere) throws IOException {
        String shape = Arrays.toString(header.shape());
        long values = 1;
        long wanted;
        try {
            for (long extent : header.shape()) {
                values = Math.multiplyExact(values, extent);
            }
            wanted = Math.multiplyExact(values, header.type().bytes());
        } catch (ArithmeticException e) {
            throw new IOException("the header's shape " + shape + " is more than 2^63 bytes; the file is damaged");
        }
        if (wanted > bytesThere) {
            throw new IOException("shape " + shape + " of " + header.type().code() + " needs " + wanted
                    + " bytes, the file has " + bytesThere + " after its header; it is cut off or damaged");
        }
        if (values > Integer.MAX_VALUE - 8) {
            throw new IOException("shape " + shape + " has more than 2^31 values; save it in parts");
        }
        return (int) values;
    }

    private static NpyArray readValues(NpyHeader header, int size, ReadableByteChannel channel) throws IOException {
        boolean narrow = header.type().fitsFloat();
        float[] floats = narrow ? new float[size] : null;
        double[] doubles = narrow ? null : new double[size];
        int[] places = header.fortran() ? placesOfFortranOrder(header.shape(), size) : null;
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(header.order());
        chunk.limit(0);
        for (int i = 0; i < size; i++) {
            if (!chunk.hasRemaining()) {
                refill(chunk, channel, (long) (size - i) * header.type().bytes());
            }
            int place = places == null ? i : places[i];
            switch (header.type()) {
                case F4 -> floats[place] = chunk.getFloat();
                case U1 -> floats[place] = chunk.get() & 0xff;
                case B1 -> floats[place] = chunk.get() == 0 ? 0 : 1;
                case F8 -> doubles[place] = chunk.getDouble();
                case I4 -> doubles[place] = chunk.getInt();
                case I8 -> doubles[place] = chunk.getLong();
                default -> throw new AssertionError(header.type());
            }
        }
        return new NpyArray(header.type(), header.shape(), floats, doubles);
    }

    private static void refill(ByteBuffer chunk, ReadableByteChannel channel, long wanted) throws IOException {
        chunk.clear().limit((int) Math.min(chunk.capacity(), wanted));
        while (chunk.hasRemaining()) {
            if (channel.read(chunk) < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
        chunk.flip();
    }

    /** For the i-th value of a file in Fortran order (first axis fastest), its place in C order. */
    private static int[] placesOfFortranOrder(long[] shape, int size) {
        int[] places = new int[size];
        long[] index = new long[shape.length];
        for (int i = 0; i < size; i++) {
            long place = 0;
            for (int axis = 0; axis < shape.length; axis++) {
                place = place * shape[axis] + index[axis];
            }
            places[i] = (int) place;
            for (int axis = 0; axis < shape.length && ++index[axis] == shape[axis]; axis++) {
                index[axis] = 0;
            }
        }
        return places;
    }

    /** Writes one float32 or float64 array; an existing file is replaced. */
    public static void write(Path file, NpyArray array) throws IOException {
        AtomicFile.write(file, temporary -> {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary), CHUNK)) {
                write(out, array);
            }
        });
    }

    /**
     * Writes several arrays as an uncompressed {@code .npz}, which {@code numpy.load} opens as a dictionary.
     *
     * @param arrays by name, written in the map's own order: give a sorted or a linked map
     */
    public static void writeZip(Path file, Map<String, NpyArray> arrays) throws IOException {
        AtomicFile.write(file, temporary -> writeZipInPlace(temporary, arrays));
    }

    private static void writeZipInPlace(Path file, Map<String, NpyArray> arrays) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file), CHUNK))) {
            for (Map.Entry<String, NpyArray> named : arrays.entrySet()) {
                // A stored entry's checksum stands before its data, so the data is produced twice rather than kept.
                CRC32 checksum = new CRC32();
                try (OutputStream nowhere = new CheckedOutputStream(OutputStream.nullOutputStream(), checksum)) {
                    write(nowhere, named.getValue());
                }
                ZipEntry entry = new ZipEntry(named.getKey() + ".npy");
                entry.setMethod(ZipEntry.STORED);
                entry.setTimeLocal(NO_TIME);
                entry.setSize(bytes(named.getValue()));
                entry.setCrc(checksum.getValue());
                zip.putNextEntry(entry);
                write(zip, named.getValue());
                zip.closeEntry();
            }
        }
    }

    private static long bytes(NpyArray array) {
        return NpyHeader.of(array).length + (long) array.size() * array.type().bytes();
    }

    private static void write(OutputStream out, NpyArray array) throws IOException {
        if (array.type() != NpyArray.DType.F4 && array.type() != NpyArray.DType.F8) {
            throw new IllegalArgumentException(
                    "Only f4 and f8 arrays are written, got " + array + "; make one with NpyArray.of(shape, values)");
        }
        out.write(NpyHeader.of(array));
        boolean narrow = array.type() == NpyArray.DType.F4;
        float[] floats = narrow ? array.floats() : null;
        double[] doubles = narrow ? null : array.doubles();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < array.size(); i++) {
            if (narrow) {
                chunk.putFloat(floats[i]);
            } else {
                chunk.putDouble(doubles[i]);
            }
            if (!chunk.hasRemaining() || i == array.size() - 1) {
                out.write(chunk.array(), 0, chunk.position());
                chunk.clear();
            }
        }
    }
}
